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
    let sums = crew.rows(rows, width) { row in Self.sums(p + row * width, g + row * width, width) }
    let limit = threshold / Double(width).squareRoot()
    if sums.allSatisfy({ abs(cosine($0)) < limit }) { return .rows }
    let total = sums.reduce(SIMD3<Double>.zero, +)
    return abs(cosine(total)) < threshold / Double(rows * width).squareRoot() ? .whole : .none
  }

  /// From ⟨g, θ⟩, |g|² and |θ|².
  private func cosine(_ s: SIMD3<Double>) -> Double {
    s.x / (max(s.y.squareRoot(), epsilon) * max(s.z.squareRoot(), epsilon))
  }

  /// ⟨x, y⟩, |y|² and |x|² of one row.
  static func sums(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> SIMD3<Double> {
    var (inner, right, left) = (SIMD8<Double>.zero, SIMD8<Double>.zero, SIMD8<Double>.zero)
    var i = 0
    while i + 8 <= count {
      let a = widened(UnsafeRawPointer(x + i).loadUnaligned(as: Lane.self))
      let b = widened(UnsafeRawPointer(y + i).loadUnaligned(as: Lane.self))
      inner += a * b
      right += b * b
      left += a * a
      i += 8
    }
    var rest = SIMD3<Double>.zero
    while i < count {
      let (a, b) = (Double(x[i]), Double(y[i]))
      rest += SIMD3(a * b, b * b, a * a)
      i += 1
    }
    return rest + SIMD3(inner.sum(), right.sum(), left.sum())
  }
}
