"""Cards as MadGraph writes them, reduced to the lines that matter."""

PARAM_CARD = """\
Block dark
    1 1.000000e-03 # eps
    2 1.000000e-01 # alphad
    3 4.000000e-02 # delta
Block mass
   11 5.109990e-04 # Me
   13 1.056584e-01 # MMU
   52 1.000000e-01 # MX1
   55 3.000000e-01 # MAP
  1000822080 1.937089e+02 # MNUC
  58 1.400000e-01 # x2 : MX1 + delta
Block nucleus
    1 8.200000e+01 # znuc
    2 2.080000e+02 # anuc
Block sminputs
    1 1.370360e+02 # aEWM1
DECAY  55 7.709743e-03 # WAP
DECAY  58 5.029012e-16 # WX2
Block QNUMBERS 55  # ap
        1 0  # 3 times electric charge
"""
RUN_CARD = """\
# Number of events
  10000 = nevents ! Number of unweighted events requested
  0   = iseed   ! rnd seed (0=assigned automatically=default))
     500.0     = ebeam1  ! beam 1 total energy in GeV
     500.0     = ebeam2  ! beam 2 total energy in GeV
  15.0  = bwcutoff      ! (M+/-bwcutoff*Gamma)
 10.0  = ptl       ! minimum pt for the charged leptons
 2.5  = etal    ! max rap for the charged leptons
 0.4 = drll    ! min distance between leptons
 -1.0  = ptlmax    ! maximum pt for the charged leptons
 -1.0  = ptl1max ! maximum pt for the leading lepton in pt
 {} = eta_min_pdg ! rap cut for other particles
"""
