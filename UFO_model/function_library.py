"""Functions that expressions may use beyond those of cmath."""

try:
    from .object_library import Function, all_functions  # noqa: F401
except ImportError:
    from object_library import Function, all_functions  # noqa: F401

complexconjugate = Function(name="complexconjugate", arguments=("z",), expression="z.conjugate()")
re = Function(name="re", arguments=("z",), expression="z.real")
im = Function(name="im", arguments=("z",), expression="z.imag")
