// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The part of an update along the weights is dropped where a tensor seems not to change the loss by its length.
///
///     rows, then the whole:   max |cos(g, θ)| < δ/√dim   ⇒   u ← u − θ̂⟨θ̂, u⟩,   θ̂ = θ/(|θ| + ε),  and less decay
///
/// **Reference** B. Heo et al., *AdamP: slowing down the slowdown for momentum optimizers on scale-invariant weights*,
/// ICLR 2021, algorithm 1.
struct RadialProjection {
  /// δ.
  var threshold: Double
  /// ε.
  var epsilon: Double

  /// What is to be projected.
  enum View { case none, rows, whole }

  /// Which view of a tensor passes the test first. Rows are those of the first axis; one pass over θ and g.
  func view(_ shape: [Int], _ p: UnsafePointer<Float>, _ g: UnsafePointer<Float>, _ crew: Crew) -> View {
    guard shape.count > 1 else { return .none }
    let rows = shape[0]
    let width = shape.dropFirst().reduce(1, *)
    let limit = threshold / Double(width).squareRoot()
    let parts = crew.groups(rows, width) { range in
      var sums = SIMD3<Double>.zero
      for row in range {
        let one = Self.sums(p + row * width, g + row * width, width)
        sums += one
        if abs(cosine(one)) < limit { continue }
        // Rows are out; what is left counts for the whole only, so it is summed at one go.
        let next = (row + 1) * width
        return Part(sums: sums + Self.sums(p + next, g + next, range.upperBound * width - next), areRowsFree: false)
      }
      return Part(sums: sums, areRowsFree: true)
    }
    if parts.allSatisfy(\.areRowsFree) { return .rows }
    let total = parts.reduce(SIMD3<Double>.zero) { $0 + $1.sums }
    return abs(cosine(total)) < threshold / Double(rows * width).squareRoot() ? .whole : .none
  }

  /// What a few rows have told.
  private struct Part: BitwiseCopyable {
    var sums: SIMD3<Double>
    /// True when each of these rows passes the test.
    var areRowsFree: Bool
  }

  /// From ⟨g, θ⟩, |g|² and |θ|².
  private func cosine(_ s: SIMD3<Double>) -> Double {
    s.x / (max(s.y.squareRoot(), epsilon) * max(s.z.squareRoot(), epsilon))
  }

  /// ⟨x, y⟩, |y|² and |x|² of `count` neighboring numbers.
  static func sums(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> SIMD3<Double> {
    var (inner, right, left) = (SIMD16<Double>.zero, SIMD16<Double>.zero, SIMD16<Double>.zero)
    let width = Lane.scalarCount
    var i = 0
    while i &+ width <= count {
      Ahead.read(x + i)
      Ahead.read(y + i)
      let (a, b) = (widened(Lane(whole: x + i)), widened(Lane(whole: y + i)))
      inner += a * b
      right += b * b
      left += a * a
      i &+= width
    }
    if i < count {
      let (a, b) = (widened(Lane(x, i, count)), widened(Lane(y, i, count)))
      inner += a * b
      right += b * b
      left += a * a
    }
    return SIMD3(total(inner), total(right), total(left))
  }
}
