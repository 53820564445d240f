// SPDX-License-Identifier: Apache-2.0

extension VectorMath {
  /// erf x: an odd polynomial up to 1, 1 − e^(−x²)·g((x − 2)/(x + 2)) beyond.
  @inlinable
  @inline(__always)
  public static func erf(_ x: Float) -> Float {
    let t = Swift.min(x.magnitude, 4)
    let z = x * x
    var q: Float = 7.875_875_06e-05
    q = (-0.000_801_686_429 as Float).addingProduct(q, z)
    q = (0.005_189_087_42 as Float).addingProduct(q, z)
    q = (-0.026_854_212 as Float).addingProduct(q, z)
    q = (0.112_835_947 as Float).addingProduct(q, z)
    q = (-0.376_126_267 as Float).addingProduct(q, z)
    q = (0.128_379_166 as Float).addingProduct(q, z)
    let small = x.magnitude.addingProduct(x.magnitude, q)
    let u = (t - 2) / (t + 2)
    var g: Float = 4.987_674_19e-05
    g = (-0.000_939_526_902 as Float).addingProduct(g, u)
    g = (-0.000_847_655_579 as Float).addingProduct(g, u)
    g = (0.006_993_954_03 as Float).addingProduct(g, u)
    g = (0.003_732_908_03 as Float).addingProduct(g, u)
    g = (-0.078_978_473_1 as Float).addingProduct(g, u)
    g = (0.241_658_194 as Float).addingProduct(g, u)
    g = (-0.427_185_848 as Float).addingProduct(g, u)
    g = (0.255_395_676 as Float).addingProduct(g, u)
    let large = (1 as Float).addingProduct(-exp(-t * t), g)
    return signed(x.magnitude >= 1 ? large : small, as: x)
  }

  /// erf x in double precision.
  @inlinable
  @inline(__always)
  public static func erf(_ x: Double) -> Double {
    let t = Swift.min(x.magnitude, 6.1)
    let z = x * x
    var q = 5.957_176_147_748_911_3e-11
    q = (-1.137_284_885_679_167_4e-09).addingProduct(q, z)
    q = (1.465_977_527_404_743_6e-08).addingProduct(q, z)
    q = (-1.635_031_270_105_469_5e-07).addingProduct(q, z)
    q = (1.646_100_048_412_136_8e-06).addingProduct(q, z)
    q = (-1.492_559_526_683_118_2e-05).addingProduct(q, z)
    q = (0.000_120_553_311_116_427_1).addingProduct(q, z)
    q = (-0.000_854_832_698_083_379).addingProduct(q, z)
    q = (0.005_223_977_624_818_014_5).addingProduct(q, z)
    q = (-0.026_866_170_645_076_792).addingProduct(q, z)
    q = (0.112_837_916_709_548_79).addingProduct(q, z)
    q = (-0.376_126_389_031_837_48).addingProduct(q, z)
    q = (0.128_379_167_095_512_59).addingProduct(q, z)
    let small = x.magnitude.addingProduct(x.magnitude, q)
    let large = (1.0).addingProduct(-exp(-t * t), scaledComplement((t - 2) / (t + 2)))
    return signed(x.magnitude >= 1 ? large : small, as: x)
  }

  /// e^(x²)·erfc(x) as a polynomial in u = (x − 2)/(x + 2), 1 ≤ x ≤ 6.1.
  @inlinable
  @inline(__always)
  static func scaledComplement(_ u: Double) -> Double {
    var g = 1.921_025_085_070_192_8e-07
    g = (-1.672_768_541_593_765_2e-07).addingProduct(g, u)
    g = (-5.489_271_456_078_878_1e-07).addingProduct(g, u)
    g = (-3.886_114_727_453_294_1e-07).addingProduct(g, u)
    g = (1.198_871_925_042_927_6e-06).addingProduct(g, u)
    g = (3.744_081_847_759_225_9e-06).addingProduct(g, u)
    g = (1.393_594_837_119_561_8e-06).addingProduct(g, u)
    g = (-1.396_084_016_687_687_4e-05).addingProduct(g, u)
    g = (-2.758_048_337_719_539_5e-05).addingProduct(g, u)
    g = (2.752_481_885_314_565_6e-05).addingProduct(g, u)
    g = (0.000_174_361_236_510_513_29).addingProduct(g, u)
    g = (4.355_563_776_986_696_6e-05).addingProduct(g, u)
    g = (-0.000_981_977_030_305_496_81).addingProduct(g, u)
    g = (-0.000_847_143_252_012_447_87).addingProduct(g, u)
    g = (0.006_997_461_739_294_963_7).addingProduct(g, u)
    g = (0.003_732_892_404_344_996_5).addingProduct(g, u)
    g = (-0.078_978_581_015_733_129).addingProduct(g, u)
    g = (0.241_658_194_242_466_35).addingProduct(g, u)
    g = (-0.427_185_847_413_958_38).addingProduct(g, u)
    return (0.255_395_676_310_505_75).addingProduct(g, u)
  }
}
