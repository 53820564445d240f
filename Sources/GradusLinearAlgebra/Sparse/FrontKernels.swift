// SPDX-License-Identifier: Apache-2.0

/// Loops over columns of a front, written with vectors because most of them are short.
enum FrontKernels {
  typealias Numbers = UnsafePointer<Double>
  typealias MutableNumbers = UnsafeMutablePointer<Double>
  private typealias Four = SIMD4<Double>

  @inline(__always)
  private static func load(_ x: Numbers, _ i: Int) -> Four {
    UnsafeRawPointer(x + i).loadUnaligned(as: Four.self)
  }

  @inline(__always)
  private static func store(_ v: Four, _ x: MutableNumbers, _ i: Int) {
    UnsafeMutableRawPointer(x + i).storeBytes(of: v, as: Four.self)
  }

  /// max |xᵢ|; entries that are no numbers are passed over.
  static func largest(_ x: Numbers, _ n: Int) -> Double {
    var i = 0
    var result = 0.0
    if n >= 4 {
      let mask = SIMD4<UInt64>(repeating: 0x7FFF_FFFF_FFFF_FFFF)
      var m = Four.zero
      while i + 4 <= n {
        let bits = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD4<UInt64>.self) & mask
        let v = unsafeBitCast(bits, to: Four.self)
        m.replace(with: v, where: v .> m)
        i += 4
      }
      result = max(max(m[0], m[1]), max(m[2], m[3]))
    }
    while i < n {
      result = max(result, abs(x[i]))
      i += 1
    }
    return result
  }

  /// p ← p − s·x.
  static func subtract(_ x: Numbers, _ s: Double, from p: MutableNumbers, _ n: Int) {
    let vs = Four(repeating: s)
    var i = 0
    while i + 4 <= n {
      store(load(p, i) - load(x, i) * vs, p, i)
      i += 4
    }
    while i < n {
      p[i] -= x[i] * s
      i += 1
    }
  }

  /// p ← p − s·x and q ← q − t·x.
  static func subtract(
    _ x: Numbers, _ s: Double, from p: MutableNumbers, _ t: Double, from q: MutableNumbers, _ n: Int
  ) {
    let (vs, vt) = (Four(repeating: s), Four(repeating: t))
    var i = 0
    while i + 4 <= n {
      let v = load(x, i)
      store(load(p, i) - v * vs, p, i)
      store(load(q, i) - v * vt, q, i)
      i += 4
    }
    while i < n {
      p[i] -= x[i] * s
      q[i] -= x[i] * t
      i += 1
    }
  }

  /// p ← p − s·x − t·y.
  static func subtract(
    _ x: Numbers, _ s: Double, _ y: Numbers, _ t: Double, from p: MutableNumbers, _ n: Int
  ) {
    let (vs, vt) = (Four(repeating: s), Four(repeating: t))
    var i = 0
    while i + 4 <= n {
      store(load(p, i) - (load(x, i) * vs + load(y, i) * vt), p, i)
      i += 4
    }
    while i < n {
      p[i] -= x[i] * s + y[i] * t
      i += 1
    }
  }

  /// xᵀy.
  static func dot(_ x: Numbers, _ y: Numbers, _ n: Int) -> Double {
    var i = 0
    var sum = 0.0
    if n >= 4 {
      var v = Four.zero
      while i + 4 <= n {
        v += load(x, i) * load(y, i)
        i += 4
      }
      sum = (v[0] + v[1]) + (v[2] + v[3])
    }
    while i < n {
      sum += x[i] * y[i]
      i += 1
    }
    return sum
  }

  /// W ← L·D, m×k, for pivots kept as four numbers each.
  static func timesD(_ m: Int, _ k: Int, _ l: Numbers, _ ldl: Int, _ d: Numbers, into w: MutableNumbers) {
    var c = 0
    while c < k {
      let (p, q, s, off) = (l + c * ldl, w + c * m, d[4 * c], d[4 * c + 1])
      if off == 0 {
        for i in 0..<m { q[i] = p[i] * s }
        c += 1
      } else {
        let (r, t) = (p + ldl, d[4 * c + 4])
        let z = q + m
        for i in 0..<m {
          let (x, y) = (p[i], r[i])
          q[i] = x * s + y * off
          z[i] = x * off + y * t
        }
        c += 2
      }
    }
  }

  /// y ← D⁻¹·y for pivots kept as four numbers each; 0 where D is.
  static func divideByD(_ y: MutableNumbers, _ n: Int, _ d: Numbers) {
    var k = 0
    while k < n {
      let off = d[4 * k + 3]
      if off == 0 {
        y[k] *= d[4 * k + 2]
        k += 1
      } else {
        let (u, v) = (y[k], y[k + 1])
        y[k] = d[4 * k + 2] * u + off * v
        y[k + 1] = off * u + d[4 * k + 6] * v
        k += 2
      }
    }
  }
}
