// SPDX-License-Identifier: Apache-2.0

/// exp, log, tanh and erf without branches or calls, so that a loop over an array becomes vector instructions.
///
/// The same bits on every machine, in a loop or alone. Errors against the exact value, over the whole range: at most 2 ulp
/// for `Float` and for `Double` (the tests measure them). Special values as in IEEE 754: NaN stays NaN, exp(−∞) = 0,
/// log(0) = −∞, log(x < 0) = NaN. The polynomials are Chebyshev fits of our own, the reductions those of W. J. Cody and
/// W. Waite, *Software Manual for the Elementary Functions*, 1980.
public enum VectorMath {
  /// eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2; n enters in two halves, so that subnormal results are right.
  @inlinable
  @inline(__always)
  public static func exp(_ x: Float) -> Float {
    let clamped = Swift.min(Swift.max(x, -110), 100)
    let shifted = (12_582_912 as Float).addingProduct(clamped, 1.442_695_04)
    let n = shifted - 12_582_912
    let r = clamped.addingProduct(n, -0.693_145_752).addingProduct(n, -1.428_606_82e-6)
    var q: Float = 0.001_392_617_75
    q = (0.008_363_174_18 as Float).addingProduct(q, r)
    q = (0.041_666_554_7 as Float).addingProduct(q, r)
    q = (0.166_665_77 as Float).addingProduct(q, r)
    q = (0.5 as Float).addingProduct(q, r)
    let p = 1 + r.addingProduct(q, r * r)
    let exponent = Int32(bitPattern: shifted.bitPattern) &- 0x4B40_0000
    let half = exponent &>> 1
    return p * power(half) * power(exponent &- half)
  }

  /// 2ⁿ for −126 ≤ n ≤ 127.
  @inlinable
  @inline(__always)
  static func power(_ n: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: (n &+ 127) &<< 23)) }

  /// eˣ in double precision.
  @inlinable
  @inline(__always)
  public static func exp(_ x: Double) -> Double {
    let clamped = Swift.min(Swift.max(x, -760), 720)
    let shifted = (6_755_399_441_055_744 as Double).addingProduct(clamped, 1.442_695_040_888_963_4)
    let n = shifted - 6_755_399_441_055_744
    let r = clamped.addingProduct(n, -0.693_147_180_369_123_82).addingProduct(n, -1.908_214_929_270_587_7e-10)
    var q = 2.510_037_761_960_637_2e-08
    q = (2.762_007_820_380_639_4e-07).addingProduct(q, r)
    q = (2.755_726_847_655_369_5e-06).addingProduct(q, r)
    q = (2.480_152_131_748_408_4e-05).addingProduct(q, r)
    q = (0.000_198_412_698_630_429_63).addingProduct(q, r)
    q = (0.001_388_888_891_719_986_3).addingProduct(q, r)
    q = (0.008_333_333_333_330_063_3).addingProduct(q, r)
    q = (0.041_666_666_666_624_157).addingProduct(q, r)
    q = (0.166_666_666_666_666_69).addingProduct(q, r)
    q = (0.5).addingProduct(q, r)
    let p = 1 + r.addingProduct(q, r * r)
    let exponent = Int64(bitPattern: shifted.bitPattern) &- 0x4338_0000_0000_0000
    let half = exponent &>> 1
    return p * power(half) * power(exponent &- half)
  }

  /// 2ⁿ for −1022 ≤ n ≤ 1023.
  @inlinable
  @inline(__always)
  static func power(_ n: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: (n &+ 1023) &<< 52)) }

  /// ln x = e·ln 2 + 2·artanh(s), x = 2ᵉ·m, √½ ≤ m < √2, s = (m − 1)/(m + 1).
  @inlinable
  @inline(__always)
  public static func log(_ x: Float) -> Float {
    let tiny = x < Float.leastNormalMagnitude
    let scaled = tiny ? x * 8_388_608 : x
    let bits = Int32(bitPattern: scaled.bitPattern) &- 0x3F35_04F3
    let e = Float(bits &>> 23) - (tiny ? 23 : 0)
    let f = Float(bitPattern: UInt32(bitPattern: (bits & 0x007F_FFFF) &+ 0x3F35_04F3)) - 1
    let s = f / (2 + f)
    let z = s * s
    var q: Float = 0.233_305_743
    q = (0.285_508_169 as Float).addingProduct(q, z)
    q = (0.400_001_219 as Float).addingProduct(q, z)
    q = (0.666_666_666 as Float).addingProduct(q, z)
    let half = 0.5 * f * f
    let tail = (e * 1.428_606_82e-6).addingProduct(s, (half).addingProduct(z, q))
    let value = (f - (half - tail)).addingProduct(e, 0.693_145_752)
    let special = x == 0 ? -Float.infinity : (x > 0 ? x : Float.nan)
    return x > 0 && x < Float.infinity ? value : special
  }

  /// ln x in double precision.
  @inlinable
  @inline(__always)
  public static func log(_ x: Double) -> Double {
    let tiny = x < Double.leastNormalMagnitude
    let scaled = tiny ? x * 4_503_599_627_370_496 : x
    let bits = Int64(bitPattern: scaled.bitPattern) &- 0x3FE6_A09E_667F_3BCD
    let e = Double(bits &>> 52) - (tiny ? 52 : 0)
    let f =
      Double(bitPattern: UInt64(bitPattern: (bits & 0x000F_FFFF_FFFF_FFFF) &+ 0x3FE6_A09E_667F_3BCD)) - 1
    let s = f / (2 + f)
    let z = s * s
    var q = 0.130_867_576_669_520_7
    q = (0.132_687_605_620_367_24).addingProduct(q, z)
    q = (0.153_862_401_724_478_38).addingProduct(q, z)
    q = (0.181_817_956_314_982_43).addingProduct(q, z)
    q = (0.222_222_223_917_947_27).addingProduct(q, z)
    q = (0.285_714_285_708_032_53).addingProduct(q, z)
    q = (0.400_000_000_000_008_79).addingProduct(q, z)
    q = (0.666_666_666_666_666_63).addingProduct(q, z)
    let half = 0.5 * f * f
    let tail = (e * 1.908_214_929_270_587_7e-10).addingProduct(s, (half).addingProduct(z, q))
    let value = (f - (half - tail)).addingProduct(e, 0.693_147_180_369_123_82)
    let special = x == 0 ? -Double.infinity : (x > 0 ? x : Double.nan)
    return x > 0 && x < Double.infinity ? value : special
  }

  /// A magnitude with the sign of `x`, also of −0.
  @inlinable
  @inline(__always)
  static func signed(_ magnitude: Float, as x: Float) -> Float {
    Float(bitPattern: magnitude.bitPattern | (x.bitPattern & 0x8000_0000))
  }

  /// A magnitude with the sign of `x`, also of −0.
  @inlinable
  @inline(__always)
  static func signed(_ magnitude: Double, as x: Double) -> Double {
    Double(bitPattern: magnitude.bitPattern | (x.bitPattern & 0x8000_0000_0000_0000))
  }

  /// tanh x: an odd polynomial up to 0.55, 1 − 2/(e²ˣ + 1) beyond.
  @inlinable
  @inline(__always)
  public static func tanh(_ x: Float) -> Float {
    let t = x.magnitude
    let z = x * x
    var q: Float = -0.006_610_227_83
    q = (0.021_309_388_7 as Float).addingProduct(q, z)
    q = (-0.053_909_428_8 as Float).addingProduct(q, z)
    q = (0.133_331_137 as Float).addingProduct(q, z)
    q = (-0.333_333_32 as Float).addingProduct(q, z)
    let small = t.addingProduct(t * z, q)
    let large = 1 - 2 / (exp(2 * t) + 1)
    return signed(t < 0.55 ? small : large, as: x)
  }

  /// tanh x in double precision.
  @inlinable
  @inline(__always)
  public static func tanh(_ x: Double) -> Double {
    let t = x.magnitude
    let z = x * x
    var q = -2.060_276_537_636_634e-05
    q = (8.511_313_685_577_672_1e-05).addingProduct(q, z)
    q = (-0.000_234_634_741_088_723_7).addingProduct(q, z)
    q = (0.000_588_936_052_007_405_73).addingProduct(q, z)
    q = (-0.001_455_661_830_100_716_1).addingProduct(q, z)
    q = (0.003_592_110_378_689_024_1).addingProduct(q, z)
    q = (-0.008_863_234_397_814_355_6).addingProduct(q, z)
    q = (0.021_869_488_493_666_944).addingProduct(q, z)
    q = (-0.053_968_253_967_434_016).addingProduct(q, z)
    q = (0.133_333_333_333_327_14).addingProduct(q, z)
    q = (-0.333_333_333_333_333_31).addingProduct(q, z)
    let small = t.addingProduct(t * z, q)
    let large = 1 - 2 / (exp(2 * t) + 1)
    return signed(t < 0.55 ? small : large, as: x)
  }
}
