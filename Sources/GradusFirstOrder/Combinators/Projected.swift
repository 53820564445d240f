// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Any rule, with its points brought back into a set: θ ← P(θ + u).
///
///     box(a, b)    each coordinate to [a, b]
///     ball(r)      the whole vector to length r
///     balls(r)     each tensor to length r
///
/// Cost: one more pass over the parameters, two where a ball is left.
///
/// **Reference** A. A. Goldstein, Bull. AMS 70 (1964); E. S. Levitin, B. T. Polyak, USSR Comput. Math. Math. Phys. 6 (1966).
public struct Projected<Base: UpdateRule>: WrappingRule {
  /// The set.
  public enum Region: Sendable, Codable, Hashable {
    case box(Float, Float)
    case ball(Double)
    case balls(Double)
  }

  public var base: Base
  public var region: Region

  public init(_ base: Base, to region: Region) {
    switch region {
    case .box(let lower, let upper): precondition(lower <= upper, "the box from \(lower) to \(upper) is empty")
    case .ball(let radius), .balls(let radius): precondition(radius >= 0, "a ball of radius \(radius) is empty")
    }
    self.base = base
    self.region = region
  }

  public var treatsTensorsAlone: Bool {
    if case .ball = region { return false }
    return base.treatsTensorsAlone
  }

  /// One step of the rule, and the nearest point of the set.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Base.State, layout: Layout,
    context: StepContext
  ) {
    base.update(&parameters, gradient: gradient, state: &state, layout: layout, context: context)
    let region = region
    parameters.withUnsafeMutableBufferPointer { p in
      switch region {
      case .box(let lower, let upper): for j in p.indices { p[j] = min(max(p[j], lower), upper) }
      case .ball(let radius): Self.shorten(p, 0..<p.count, radius)
      case .balls(let radius): for slot in layout.slots { Self.shorten(p, slot.range, radius) }
      }
    }
  }

  private static func shorten(_ p: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>, _ radius: Double) {
    let length = gradientNorm(UnsafeBufferPointer(rebasing: p[range]).span)
    guard length > radius else { return }
    // Rounded down, so that the point lies inside.
    let factor = Float(radius / length).nextDown
    for j in range { p[j] *= max(factor, 0) }
  }
}
