* SPDX-License-Identifier: Apache-2.0
* A day of food at the least cost: portions of thirteen foods (euros a portion), seven needs with limits.
NAME          DIET
ROWS
 N  cost
 G  energy
 G  protein
 G  fat
 G  fibre
 G  calcium
 G  iron
 G  vitaminC
COLUMNS
    oats      cost              0.12   energy             152
    oats      protein            5.3   fat                2.7
    oats      fibre              4.0   calcium             21
    oats      iron               1.7
    bread     cost              0.18   energy             174
    bread     protein            6.6   fat                1.7
    bread     fibre              4.6   calcium             50
    bread     iron               1.6
    lentils   cost              0.22   energy             230
    lentils   protein           17.9   fat                0.8
    lentils   fibre             15.6   calcium             38
    lentils   iron               6.6   vitaminC             3
    rice      cost               0.1   energy             206
    rice      protein            4.3   fat                0.4
    rice      fibre              0.6   calcium             16
    rice      iron               1.9
    potatoes  cost              0.25   energy             161
    potatoes  protein            4.3   fat                0.2
    potatoes  fibre              3.8   calcium             26
    potatoes  iron               1.9   vitaminC            17
    milk      cost              0.26   energy             122
    milk      protein            8.1   fat                4.8
    milk      calcium            293   iron               0.1
    cheese    cost              0.55   energy             113
    cheese    protein            7.0   fat                9.3
    cheese    calcium            200   iron               0.2
    eggs      cost              0.35   energy              72
    eggs      protein            6.3   fat                4.8
    eggs      calcium             28   iron               0.9
    chicken   cost              0.95   energy             165
    chicken   protein           31.0   fat                3.6
    chicken   calcium             15   iron               1.0
    broccoli  cost               0.6   energy              55
    broccoli  protein            3.7   fat                0.6
    broccoli  fibre              5.1   calcium             62
    broccoli  iron               1.0   vitaminC           101
    apples    cost               0.4   energy              95
    apples    protein            0.5   fat                0.3
    apples    fibre              4.4   calcium             11
    apples    iron               0.2   vitaminC             8
    oranges   cost              0.45   energy              62
    oranges   protein            1.2   fat                0.2
    oranges   fibre              3.1   calcium             52
    oranges   iron               0.1   vitaminC            70
    oil       cost              0.15   energy             119
    oil       fat               13.5   iron               0.1
RHS
    need      energy            2000
    need      protein             65
    need      fat                 50
    need      fibre               30
    need      calcium           1000
    need      iron                14
    need      vitaminC            95
RANGES
    span      energy             400
    span      fat                 30
    span      calcium           1500
    span      iron                31
BOUNDS
 UP most      oats                 4
 UP most      bread                6
 UP most      lentils              3
 UP most      rice                 4
 UP most      potatoes             4
 UP most      milk                 4
 UP most      cheese               3
 UP most      eggs                 3
 UP most      chicken              2
 UP most      broccoli             3
 UP most      apples               3
 UP most      oranges              3
 UP most      oil                  3
ENDATA
