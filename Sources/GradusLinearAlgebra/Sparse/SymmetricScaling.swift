// SPDX-License-Identifier: Apache-2.0

/// Diagonal scalings S·A·S that bring the largest entry of every row near 1, by powers of two so that nothing is rounded.
///
/// One pass sets sᵢ ← sᵢ·2^(−⌊log₂ maxⱼ |sᵢ·aᵢⱼ·sⱼ|⌋/2); passes end when every row lies in [½, 4). Rows of zeros keep s = 1.
/// Reference: Ruiz, RAL-TR-2001-034 (2001).
enum SymmetricScaling {
  typealias Numbers = UnsafePointer<Double>
  typealias MutableNumbers = UnsafeMutablePointer<Double>

  /// The upper triangle of a symmetric matrix in compressed columns.
  struct Pattern {
    let order: Int
    let starts: UnsafePointer<Int32>
    let rows: UnsafePointer<Int32>

    @inline(__always)
    static func of<R>(_ order: Int, _ starts: [Int32], _ rows: [Int32], _ body: (Pattern) -> R) -> R {
      starts.withUnsafeBufferPointer { starts in
        rows.withUnsafeBufferPointer { rows in
          guard let starts = starts.baseAddress else { preconditionFailure("a matrix has at least one start") }
          // Without entries no row is read.
          return body(Pattern(order: order, starts: starts, rows: rows.baseAddress ?? starts))
        }
      }
    }
  }

  /// Computes `s` by at most `passes` passes and `scaled` = S·A·S; the largest magnitude in it, NaN when an entry is not
  /// finite. `largest` holds one number a row.
  static func apply(
    _ pattern: Pattern, _ values: Numbers, passes: Int, _ s: MutableNumbers, into scaled: MutableNumbers,
    _ largest: MutableNumbers
  ) -> Double {
    let n = pattern.order
    let count = Int(pattern.starts[n])
    var biggest: UInt64 = 0
    for p in 0..<count {
      let magnitude = abs(values[p])
      scaled[p] = magnitude
      biggest = max(biggest, magnitude.bitPattern)
    }
    if biggest >= Double.infinity.bitPattern { return .nan }
    s.update(repeating: 1, count: n)
    var pass = 0
    while pass < passes {
      largest.update(repeating: 0, count: n)
      for j in 0..<n {
        let sj = s[j]
        var own = largest[j]
        for p in Int(pattern.starts[j])..<Int(pattern.starts[j + 1]) {
          let i = Int(pattern.rows[p])
          let v = scaled[p] * s[i] * sj
          if v > own { own = v }
          if v > largest[i] { largest[i] = v }
        }
        if own > largest[j] { largest[j] = own }
      }
      var settled = true
      for i in 0..<n where largest[i] > 0 {
        let exponent = Int(largest[i].bitPattern >> 52) - 1023
        if exponent >= -1 && exponent <= 1 { continue }
        settled = false
        // Scales stay within 2^±500: their products are finite.
        let factor = Double(bitPattern: UInt64(1023 - (exponent >> 1)) << 52)
        s[i] = min(max(s[i] * factor, 0x1p-500), 0x1p500)
      }
      if settled { break }
      pass += 1
    }
    var top = 0.0
    for j in 0..<n {
      let sj = s[j]
      for p in Int(pattern.starts[j])..<Int(pattern.starts[j + 1]) {
        let v = values[p] * s[Int(pattern.rows[p])] * sj
        scaled[p] = v
        if abs(v) > top { top = abs(v) }
      }
    }
    return top
  }

  /// r ← b − A·x and `size` ← |A|·|x| + |b|, row by row.
  static func residual(
    _ pattern: Pattern, _ values: Numbers, _ x: Numbers, _ b: Numbers, into r: MutableNumbers, _ size: MutableNumbers
  ) {
    let n = pattern.order
    for i in 0..<n {
      r[i] = b[i]
      size[i] = abs(b[i])
    }
    for j in 0..<n {
      let xj = x[j]
      var (sum, magnitude) = (0.0, 0.0)
      for p in Int(pattern.starts[j])..<Int(pattern.starts[j + 1]) {
        let i = Int(pattern.rows[p])
        let v = values[p]
        let t = v * xj
        r[i] -= t
        size[i] += abs(t)
        if i != j {
          let t = v * x[i]
          sum += t
          magnitude += abs(t)
        }
      }
      r[j] -= sum
      size[j] += magnitude
    }
  }
}
