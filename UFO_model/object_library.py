"""Classes of the UFO format (arXiv:1108.2040): each instance enters itself in a list of its module."""


class UFOBaseClass:
    """Named arguments become attributes; `require_args` names those that must be there, in order."""

    require_args = ()

    def __init__(self, *args, **options):
        values = dict(zip(self.require_args, args), **options)
        missing = [name for name in self.require_args if name not in values]
        if missing or len(args) > len(self.require_args):
            raise TypeError("%s: missing %s" % (type(self).__name__, missing or "no argument, one too many"))
        self.__dict__.update(values)

    def get(self, name):
        return getattr(self, name)

    def set(self, name, value):
        setattr(self, name, value)

    def get_all(self):
        return self.__dict__

    def nice_string(self):
        return "\n".join("%s \t: %s" % item for item in self.__dict__.items())

    def __str__(self):
        return self.name

    def __repr__(self):
        text = self.name
        for sign, word in (("+", "plus"), ("-", "minus"), ("@", "at"), ("!", "exclam"), ("?", "quest"), ("*", "star"),
                           ("~", "tilde")):
            text = text.replace(sign, "__%s__" % word)
        return text


all_particles = []


class Particle(UFOBaseClass):
    """A particle; additive quantum numbers beyond the charge are extra options."""

    require_args = ("pdg_code", "name", "antiname", "spin", "color", "mass", "width", "texname", "antitexname", "charge")
    lines = {1: "dashed", 2: "straight", 3: "wavy", 5: "double", -1: "dotted"}

    def __init__(self, *args, **options):
        self.propagating = options.pop("propagating", True)
        self.goldstoneboson = options.pop("goldstoneboson", False)
        UFOBaseClass.__init__(self, *args, **options)
        self.selfconjugate = self.name == self.antiname
        self.line = self.find_line_type()
        all_particles.append(self)

    def find_line_type(self):
        if self.spin == 2 and self.selfconjugate:
            return "swavy" if self.color == 1 else "scurly"
        if self.spin == 3 and self.color != 1:
            return "curly"
        return self.lines.get(self.spin, "dashed")

    def anti(self):
        """Return the antiparticle: opposite id, charge, colour and quantum numbers."""
        if self.selfconjugate:
            raise ValueError("%s has no antiparticle" % self.name)
        known = set(self.require_args) | {"propagating", "goldstoneboson", "selfconjugate", "line", "partial_widths"}
        numbers = {name: -value for name, value in self.__dict__.items() if name not in known}
        color = self.color if self.color in (1, 8) else -self.color
        return Particle(
            -self.pdg_code, self.antiname, self.name, self.spin, color, self.mass, self.width, self.antitexname,
            self.texname, -self.charge, propagating=self.propagating, goldstoneboson=self.goldstoneboson, **numbers
        )


all_parameters = []


class Parameter(UFOBaseClass):
    """A parameter: external ones are read from block and code of the card, internal ones are expressions."""

    require_args = ("name", "nature", "type", "value", "texname")

    def __init__(self, *args, **options):
        self.lhablock = options.pop("lhablock", None)
        self.lhacode = options.pop("lhacode", None)
        UFOBaseClass.__init__(self, *args, **options)
        if self.nature == "external" and (self.lhablock is None or self.lhacode is None):
            raise ValueError("external parameter %s needs lhablock and lhacode" % self.name)
        all_parameters.append(self)


all_vertices = []


class Vertex(UFOBaseClass):
    """A vertex: couplings[i, j] belongs to colour i and Lorentz structure j."""

    require_args = ("name", "particles", "color", "lorentz", "couplings")

    def __init__(self, *args, **options):
        UFOBaseClass.__init__(self, *args, **options)
        all_vertices.append(self)


all_couplings = []


class Coupling(UFOBaseClass):
    """A coupling: i times the coefficient in the Lagrangian, with its powers of each order."""

    require_args = ("name", "value", "order")

    def __init__(self, *args, **options):
        UFOBaseClass.__init__(self, *args, **options)
        all_couplings.append(self)


all_lorentz = []


class Lorentz(UFOBaseClass):
    """A Lorentz structure; `formfactors` lists the form factors it contains."""

    require_args = ("name", "spins", "structure")

    def __init__(self, *args, **options):
        UFOBaseClass.__init__(self, *args, **options)
        all_lorentz.append(self)


all_functions = []


class Function:
    """A function that expressions may use."""

    def __init__(self, name, arguments, expression):
        self.name, self.arguments, self.expr = name, arguments, expression
        all_functions.append(self)


all_orders = []


class CouplingOrder:
    """A coupling order, with its weight against the others."""

    def __init__(self, name, expansion_order, hierarchy, perturbative_expansion=0):
        self.name, self.expansion_order, self.hierarchy = name, expansion_order, hierarchy
        self.perturbative_expansion = perturbative_expansion
        all_orders.append(self)


all_decays = []


class Decay(UFOBaseClass):
    """Two-body partial widths of a particle, by the tuple of its products."""

    require_args = ("name", "particle", "partial_widths")

    def __init__(self, *args, **options):
        UFOBaseClass.__init__(self, *args, **options)
        self.particle.partial_widths = self.partial_widths
        all_decays.append(self)


all_form_factors = []


class FormFactor(UFOBaseClass):
    """A scalar function of momenta P(mu, particle) that multiplies a Lorentz structure."""

    require_args = ("name", "type", "value")

    def __init__(self, *args, **options):
        UFOBaseClass.__init__(self, *args, **options)
        all_form_factors.append(self)
