"""Write the card of the external parameters, with all digits; `python write_param_card.py` makes ./param_card.dat."""

try:
    from .parameters import all_parameters
    from .particles import all_particles
except ImportError:
    from parameters import all_parameters
    from particles import all_particles


class ParamCardWriter:
    """Writes the card to `filename` when made; readers of the format call it so."""

    def __init__(self, filename, list_of_parameters=None, generic=False):
        chosen = list_of_parameters or [p for p in all_parameters if p.nature == "external"]
        with open(filename, "w") as card:
            card.write("# parameters of the model `semivis`: masses and widths [GeV]\n")
            card.write(self.blocks(chosen))
            card.write(self.quantum_numbers())

    @staticmethod
    def blocks(parameters):
        """Return the text of all blocks; DECAY stands last."""
        text = ""
        for block in sorted({p.lhablock for p in parameters}, key=lambda name: (name == "DECAY", name)):
            members = sorted((p for p in parameters if p.lhablock == block), key=lambda p: p.lhacode)
            text += "\n" if block == "DECAY" else "\nBlock %s\n" % block
            for p in members:
                code = " ".join(str(i) for i in p.lhacode)
                value = complex(p.value).real
                text += ("DECAY %s %.16e # %s\n" if block == "DECAY" else "  %s %.16e # %s\n") % (code, value, p.name)
        return text

    @staticmethod
    def quantum_numbers():
        """Return the blocks that tell other programs what the new particles are."""
        text = ""
        for p in all_particles:
            if p.pdg_code > 25:
                numbers = (round(3 * p.charge), p.spin, p.color, 0 if p.selfconjugate else 1)
                text += "\nBlock QNUMBERS %d # %s\n" % (p.pdg_code, p.name)
                text += "".join("  %d %d\n" % pair for pair in enumerate(numbers, start=1))
        return text


if __name__ == "__main__":
    ParamCardWriter("./param_card.dat", generic=True)
