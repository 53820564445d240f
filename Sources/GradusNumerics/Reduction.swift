// SPDX-License-Identifier: Apache-2.0

/// Sums in a fixed tree: chunks of 4,096 elements, each by eight running lanes, chunk sums combined pairwise.
///
/// The tree depends only on the length, never on threads or alignment, so a parallel sum of chunks agrees with the
/// serial one to the last bit, and the error grows with the logarithm of the number of chunks.
public enum Reduction {
  /// Elements a chunk; the unit of work of a parallel reduction.
  public static let chunk = 4096

  /// Combines chunk sums pairwise, neighbours first. Consumes its argument.
  @inlinable
  public static func tree<T: FloatingPoint>(_ sums: consuming [T]) -> T {
    var count = sums.count
    if count == 0 { return 0 }
    while count > 1 {
      let half = count / 2
      for i in 0..<half { sums[i] = sums[2 * i] + sums[2 * i + 1] }
      if count % 2 == 1 { sums[half] = sums[count - 1] }
      count = half + count % 2
    }
    return sums[0]
  }
}

@inline(__always)
private func horizontal<S: SIMD>(_ v: S) -> S.Scalar where S.Scalar: FloatingPoint {
  // A fixed order, spelled out: ((0+1)+(2+3)) + ((4+5)+(6+7)).
  ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]))
}

/// Σ over `n` elements of a product read eight at a time.
@inline(__always)
private func chunkDot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ n: Int) -> Double {
  var lanes = SIMD8<Double>.zero
  let whole = n & ~7
  for i in stride(from: 0, to: whole, by: 8) {
    lanes +=
      UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Double>.self)
      * UnsafeRawPointer(y + i).loadUnaligned(as: SIMD8<Double>.self)
  }
  var sum = horizontal(lanes)
  for i in whole..<n { sum += x[i] * y[i] }
  return sum
}

@inline(__always)
private func chunkDot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ n: Int) -> Float {
  var lanes = SIMD8<Float>.zero
  let whole = n & ~7
  for i in stride(from: 0, to: whole, by: 8) {
    lanes +=
      UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self)
      * UnsafeRawPointer(y + i).loadUnaligned(as: SIMD8<Float>.self)
  }
  var sum = horizontal(lanes)
  for i in whole..<n { sum += x[i] * y[i] }
  return sum
}

/// Applies `chunkSum(offset, length)` to every chunk and combines the results in the fixed tree.
@inline(__always)
private func reduce<T: FloatingPoint>(_ count: Int, _ chunkSum: (Int, Int) -> T) -> T {
  if count <= Reduction.chunk { return chunkSum(0, count) }
  let chunks = (count + Reduction.chunk - 1) / Reduction.chunk
  return Reduction.tree(
    (0..<chunks).map { chunkSum($0 * Reduction.chunk, min(Reduction.chunk, count - $0 * Reduction.chunk)) })
}

/// xᵀy in the fixed tree of `Reduction`. Cost: two streams read; no allocation up to 4,096 elements.
public func dot(_ x: Span<Double>, _ y: Span<Double>) -> Double {
  precondition(x.count == y.count, "dot needs equal lengths, got \(x.count) and \(y.count)")
  return x.withUnsafeBufferPointer { xs in
    y.withUnsafeBufferPointer { ys in
      guard let x = xs.baseAddress, let y = ys.baseAddress else { return 0 }
      return reduce(xs.count) { chunkDot(x + $0, y + $0, $1) }
    }
  }
}

/// xᵀy in single precision, in the same tree.
public func dot(_ x: Span<Float>, _ y: Span<Float>) -> Float {
  precondition(x.count == y.count, "dot needs equal lengths, got \(x.count) and \(y.count)")
  return x.withUnsafeBufferPointer { xs in
    y.withUnsafeBufferPointer { ys in
      guard let x = xs.baseAddress, let y = ys.baseAddress else { return 0 }
      return reduce(xs.count) { chunkDot(x + $0, y + $0, $1) }
    }
  }
}

/// Σ xᵢ in the fixed tree.
public func sum(_ x: Span<Double>) -> Double {
  x.withUnsafeBufferPointer { xs in
    reduce(xs.count) { offset, length in
      var lanes = SIMD8<Double>.zero
      let whole = length & ~7
      for i in stride(from: 0, to: whole, by: 8) {
        for k in 0..<8 { lanes[k] += xs[offset + i + k] }
      }
      var sum = horizontal(lanes)
      for i in whole..<length { sum += xs[offset + i] }
      return sum
    }
  }
}
