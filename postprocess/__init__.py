"""From events to limits: flight, detector, signatures, acceptance, CLs, figures."""
