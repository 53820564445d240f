// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// The fixed point of a proximal gradient step on f + h, block by block, each block with a term and a step of its own:
///
///     F_b = prox_b(x_b − η_b·∇_b f(x, θ); θ, η_b) − x_b
///     ∂₁F = D·(I − η∇²₁₁f) − I,   ∂₂F = ∂prox/∂θ − D·η∇²₁₂f          D = ∂prox/∂v
///
/// One block is the proximal gradient method (projected gradient descent where h is the indicator of a set); many are block
/// coordinate descent, whose fixed points are the same. Any η > 0 gives the same derivative.
public struct ProximalGradientMap: OptimalityMap {
  /// One block: coordinates in order, its term and its step.
  public struct Block: Sendable {
    public var term: any ProximalTerm
    public var step: Double

    public init(_ term: any ProximalTerm, step: Double = 1) {
      precondition(step > 0 && step.isFinite, "a step is positive")
      self.term = term
      self.step = step
    }
  }

  /// ∇₁f(x, θ).
  public let gradient: ParametricFunction
  public let blocks: [Block]
  private let starts: [Int]
  /// η of every coordinate.
  private let steps: Vector

  /// Blocks follow each other and cover all coordinates.
  public init(_ gradient: ParametricFunction, blocks: [Block]) {
    precondition(gradient.pointCount == gradient.valueCount, "a gradient has the dimension of its point")
    self.gradient = gradient
    self.blocks = blocks
    starts = blocks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.term.dimension) }
    precondition(starts[blocks.count] == gradient.pointCount, "the blocks must cover all coordinates")
    steps = Vector(blocks.flatMap { [Double](repeating: $0.step, count: $0.term.dimension) })
  }

  /// One block.
  public init(_ gradient: ParametricFunction, _ term: any ProximalTerm, step: Double = 1) {
    self.init(gradient, blocks: [Block(term, step: step)])
  }

  /// F = P(x − η∇₁f) − x: the fixed point of projected gradient descent.
  public static func projectedGradient(
    _ gradient: ParametricFunction, onto projection: any DifferentiableProjection, step: Double = 1
  ) -> ProximalGradientMap {
    ProximalGradientMap(gradient, IndicatorTerm(projection), step: step)
  }

  public var solutionCount: Int { gradient.pointCount }
  public var parameterCount: Int { gradient.parameterCount }

  public func residual(at x: Vector, parameters: Vector) async throws -> Vector {
    let g = try await gradient.value(at: x, parameters: parameters)
    let v = shifted(x, g)
    return Vector(
      blocks.indices.flatMap { k in
        blocks[k].term.proximal(slice(v, k), parameters: parameters, step: blocks[k].step).elements
      }) - x
  }

  public func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap {
    let here = try await gradient.derivatives(at: x, parameters: parameters)
    let v = shifted(x, here.value)
    let images = blocks.indices.map { k in
      blocks[k].term.linearization(at: slice(v, k), parameters: parameters, step: blocks[k].step)
    }
    let (starts, steps, n, p) = (starts, steps, solutionCount, parameterCount)
    @Sendable func scaled(_ d: Vector) -> Vector { Vector(d.indices.map { steps[$0] * d[$0] }) }
    @Sendable func part(_ d: Vector, _ k: Int) -> Vector { Vector(Array(d.elements[starts[k]..<starts[k + 1]])) }
    // D is symmetric.
    @Sendable func damped(_ d: Vector) -> Vector {
      if images.count == 1 { return images[0].byPoint.applied(to: d) }
      return Vector(images.indices.flatMap { k in images[k].byPoint.applied(to: part(d, k)).elements })
    }
    let (hessian, cross) = (here.byPoint, here.byParameters)
    let cost = images.reduce(3 * n) { $0 + $1.byPoint.operationsPerProduct }
    return LinearizedMap(
      residual: Vector(images.flatMap(\.point.elements)) - x,
      bySolution: FunctionAdjointOperator(
        rowCount: n, columnCount: n, operationsPerProduct: hessian.operationsPerProduct + cost,
        product: { d in damped(d - scaled(hessian.applied(to: d))) - d },
        transposed: { w in
          let image = damped(w)
          return image - hessian.transposedApplied(to: scaled(image)) - w
        }),
      byParameters: FunctionAdjointOperator(
        rowCount: n, columnCount: p, operationsPerProduct: cross.operationsPerProduct + cost,
        product: { t in
          let indirect = -damped(scaled(cross.applied(to: t)))
          let direct = images.indices.flatMap { k in
            images[k].byParameters?.applied(to: t).elements ?? part(.zeros(n), k).elements
          }
          return indirect + Vector(direct)
        },
        transposed: { w in
          var image = -cross.transposedApplied(to: scaled(damped(w)))
          for k in images.indices {
            if let direct = images[k].byParameters { image = image + direct.transposedApplied(to: part(w, k)) }
          }
          return image
        }),
      corners: images.indices.flatMap { k in
        images[k].corners.map { i in
          .init(index: starts[k] + i, "coordinate \(starts[k] + i) of the step meets a corner of its proximal map")
        }
      })
  }

  /// x − η∇f.
  private func shifted(_ x: Vector, _ g: Vector) -> Vector { Vector(x.indices.map { x[$0] - steps[$0] * g[$0] }) }

  private func slice(_ v: Vector, _ k: Int) -> Vector { Vector(Array(v.elements[starts[k]..<starts[k + 1]])) }
}
