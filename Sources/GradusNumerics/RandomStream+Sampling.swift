// SPDX-License-Identifier: Apache-2.0

/// Samplers of our own: the same numbers whatever the version of the standard library.
extension RandomStream {
  /// Uniform on [0, 1) with 53 random bits.
  @inline(__always)
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform on [lower, upper).
  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double { lower + (upper - lower) * uniform() }

  /// A whole number uniform on 0 ..< bound, without bias.
  ///
  /// **Reference** D. Lemire, *Fast random integer generation in an interval*, ACM TOMACS 29 (2019).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "a random integer needs a positive bound, got \(bound)")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Standard normal, by inversion: one draw a number, so positions in the stream are predictable.
  public mutating func normal() -> Double { normalQuantile((Double(next() >> 11) + 0.5) * 0x1p-53) }

  /// `count` standard normal numbers.
  public mutating func normals(_ count: Int) -> Vector {
    Vector(
      [Double](unsafeUninitializedCapacity: count) { target, initialized in
        normals(into: target)
        initialized = count
      })
  }

  /// Fills `target` with the numbers that as many calls of `normal()` would give, several at a time.
  package mutating func normals(into target: UnsafeMutableBufferPointer<Double>) {
    guard let first = target.baseAddress else { return }
    var k = 0
    while k + 8 <= target.count {
      var p = SIMD8<Double>.zero
      for i in 0..<8 { p[i] = (Double(next() >> 11) + 0.5) * 0x1p-53 }
      UnsafeMutableRawPointer(first + k).storeBytes(of: normalQuantile(p), as: SIMD8<Double>.self)
      k += 8
    }
    while k < target.count {
      first[k] = normal()
      k += 1
    }
  }

  /// A uniformly random order of 0 ..< count (Fisher–Yates from the end).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }

  /// An index drawn with probability proportional to its weight; weights are finite, non-negative, not all zero.
  public mutating func categorical(_ weights: [Double]) -> Int {
    let total = sum(weights.span)
    precondition(total > 0 && total.isFinite, "weights must be non-negative with a positive, finite sum")
    var rest = uniform() * total
    for (i, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return i }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}
