// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The gradient ∇K of a convex function, as a map of the entries of a tensor in place.
public enum DualMap: Sendable, Codable, Hashable {
  /// sign c.
  case l1
  /// sign(c)·(|c|/‖c‖ₚ)^(p − 1), p ≥ 1; zero for a tensor of zeros.
  case lp(Double)
  /// Each row divided by its length; rows of zeros stay.
  case group
  /// clamp(c/e, ±1), e > 0.
  case huber(Double)
  /// sign cⱼ for the k largest |cⱼ|, the earlier ones among equals; zero elsewhere.
  case top(Int)

  /// Replaces c by ∇K(c). Rows of `rowWidth` entries follow one another.
  public func apply(_ c: inout [Float], rowWidth: Int) {
    switch self {
    case .l1: for j in c.indices { c[j] = Self.sign(c[j]) }
    case .lp(let p):
      let largest = Double(c.lazy.map { abs($0) }.max() ?? 0)
      guard largest > 0 else { return }
      // Scaled by the largest entry, so that powers neither overflow nor vanish.
      var sum = 0.0
      for x in c { sum += pow(Double(abs(x)) / largest, p) }
      let norm = largest * pow(sum, 1 / p)
      for j in c.indices {
        c[j] = Self.sign(c[j]) * Float(p == 2 ? Double(abs(c[j])) / norm : pow(Double(abs(c[j])) / norm, p - 1))
      }
    case .group:
      for start in stride(from: 0, to: c.count, by: rowWidth) {
        var sum = 0.0
        for j in start..<start + rowWidth { sum += Double(c[j]) * Double(c[j]) }
        guard sum > 0 else { continue }
        let scale = Float(1 / sum.squareRoot())
        for j in start..<start + rowWidth { c[j] *= scale }
      }
    case .huber(let width):
      let scale = Float(1 / width)
      for j in c.indices { c[j] = max(-1, min(1, c[j] * scale)) }
    case .top(let count):
      guard count < c.count else { return DualMap.l1.apply(&c, rowWidth: rowWidth) }
      let chosen = c.indices.sorted { (abs(c[$1]), $0) < (abs(c[$0]), $1) }.prefix(count)
      var signs = [Float](repeating: 0, count: c.count)
      for j in chosen { signs[j] = Self.sign(c[j]) }
      c = signs
    }
  }

  private static func sign(_ x: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : 0 }
}
