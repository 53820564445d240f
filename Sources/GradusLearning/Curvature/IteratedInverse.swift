// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusNumerics

/// Products with the inverse of a damped Gauss–Newton matrix by iteration on minibatches (LiSSA).
///
///     v₀ = g,   vₖ = g + (I − s(G_B + D))vₖ₋₁,   (G + D)⁻¹g ≈ s·v_n                    G_B of a batch drawn anew each time
///
/// The iteration converges when s·λmax(G + D) < 2; s is 1/(1.2·λmax) by a few power steps unless it is given.
///
/// Cost: a Gauss–Newton product of a batch an iteration and right-hand side; nothing is kept from one to the next.
/// **Reference** N. Agarwal, B. Bullins & E. Hazan, *Second-order stochastic optimization for machine learning in linear
/// time*, JMLR 18 (2017); P. Koh & P. Liang, *Understanding black-box predictions via influence functions*, ICML 2017.
public struct IteratedInverse<Architecture: Network>: Sendable {
  /// n.
  public var iterations: Int
  /// |B|.
  public var batch: Int
  /// s.
  public let scale: Double
  private let loss: NetworkLoss<Architecture>
  private let point: Buffer<Float>
  private let rows: [Int]
  private let damping: Vector

  /// Of the mean loss of these observations at `point`; `damping` has a number for each parameter.
  public init(
    _ loss: NetworkLoss<Architecture>, at point: Buffer<Float>, of rows: [Int], damping: Vector,
    iterations: Int = 100, batch: Int = 32, scale: Double? = nil, stream: RandomStream
  ) throws {
    precondition(
      !rows.isEmpty && iterations >= 0 && batch > 0, "\(iterations) iterations on \(rows.count) observations")
    precondition(damping.count == point.count, "\(damping.count) numbers of damping for \(point.count) parameters")
    self.iterations = iterations
    self.batch = batch
    self.loss = loss
    self.point = point
    self.rows = rows
    self.damping = damping
    if let scale {
      self.scale = scale
      return
    }
    var stream = stream
    var (v, largest) = (Vector(stream.normals(point.count).elements), 0.0)
    for _ in 0..<12 {
      v = (1 / max(v.norm, 1e-300)) * v
      v = try Self.product(loss, point, rows, damping, v)
      largest = v.norm
    }
    self.scale = largest > 0 ? 1 / (1.2 * largest) : 1
  }

  /// (G + D)⁻¹g, about.
  public func solve(_ g: Vector, stream: RandomStream) throws -> Vector {
    var (v, stream) = (g, stream)
    for _ in 0..<iterations {
      let part = batch >= rows.count ? rows : (0..<batch).map { _ in rows[stream.integer(below: rows.count)] }
      v = g + v - scale * (try Self.product(loss, point, part, damping, v))
    }
    return scale * v
  }

  private static func product(
    _ loss: NetworkLoss<Architecture>, _ point: Buffer<Float>, _ rows: [Int], _ damping: Vector, _ v: Vector
  ) throws -> Vector {
    // Directions are of any length; products are in single precision.
    let length = v.norm
    guard length > 0, length.isFinite else { return v }
    let unit = Buffer(v.elements.map { Float($0 / length) })
    let moved = try loss.gaussNewtonProduct(at: point, of: rows, along: unit).elements
    return Vector(v.indices.map { length * Double(moved[$0]) + damping[$0] * v[$0] })
  }
}
