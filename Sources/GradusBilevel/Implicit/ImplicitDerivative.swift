// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// The derivative ∂x*(θ) of a solution as a linear operator Rᵖ → Rⁿ that is never written down:
///
///     push t:  solve ∂₁F·z = −∂₂F·t,    return z            (how x* moves when θ moves along t)
///     pull v:  solve ∂₁Fᵀ·u = −v,       return ∂₂Fᵀ·u       (the gradient in θ of vᵀx*)
///
/// One system each, whatever method found x* and however long it took: nothing of its path is kept. The solver never has
/// to be differentiable. What `multiply` and `multiplyTransposed` cannot solve is NaN; `push` and `pull` say why.
/// Reference: Blondel et al., *Efficient and Modular Implicit Differentiation*, NeurIPS 2022, §2.1.
public struct ImplicitDerivative: AdjointOperator {
  /// x̂ and θ.
  public let solution: Vector
  public let parameters: Vector
  public let certificate: ImplicitCertificate
  /// What it took to linearize, factorize and certify.
  public let counts: OperationCounts
  let map: LinearizedMap
  private let system: ImplicitSystem

  /// One product with the derivative.
  public struct Product: Sendable, Hashable {
    public var value: Vector
    /// Relative residual of the system behind it.
    public var residual: Double
    public var counts: OperationCounts
  }

  /// Linearizes `map` at the solution x̂ that some solver found for θ.
  ///
  /// Throws `ImplicitError`: `shape`, `notFinite`, `singular` with the smallest singular value, `oneSided` at corners.
  public init(
    of map: some OptimalityMap, at solution: Vector, parameters: Vector, options: ImplicitOptions = ImplicitOptions()
  ) async throws {
    guard solution.count == map.solutionCount else {
      throw ImplicitError.shape(
        "the solution has \(solution.count) numbers, and the optimality map is about \(map.solutionCount)")
    }
    guard parameters.count == map.parameterCount else {
      throw ImplicitError.shape(
        "there are \(parameters.count) parameters, and the optimality map has \(map.parameterCount)")
    }
    guard solution.isFinite else { throw ImplicitError.notFinite("the solution") }
    guard parameters.isFinite else { throw ImplicitError.notFinite("the vector of parameters") }
    let here = try await map.linearization(at: solution, parameters: parameters)
    try self.init(here, at: solution, parameters: parameters, options)
  }

  private init(
    _ map: LinearizedMap, at x: Vector, parameters: Vector, _ options: ImplicitOptions
  ) throws(ImplicitError) {
    let n = x.count
    guard map.residual.count == n, map.bySolution.rowCount == n, map.bySolution.columnCount == n,
      map.byParameters.rowCount == n, map.byParameters.columnCount == parameters.count
    else {
      throw .shape("the Jacobians of the optimality map are not \(n) × \(n) and \(n) × \(parameters.count)")
    }
    guard map.residual.isFinite else { throw .notFinite("the optimality map at the solution") }
    var warnings: [String] = []
    if let corner = map.corners.first {
      let refusal = ImplicitError.oneSided(corner, count: map.corners.count)
      guard options.allowsOneSided else { throw refusal }
      warnings.append("the derivative is one-sided: \(corner.description)")
    }
    let system = try ImplicitSystem(map, options)
    var counts = system.setup
    var (smallest, largest): (Double?, Double?) = (nil, nil)
    if options.singularity > 0 {
      let bounds = try SmallestSingularValue(system, threshold: options.singularity)
      counts.add(bounds.counts)
      (smallest, largest) = (bounds.smallest, bounds.largest)
      if options.ridge == 0, options.solver != .lsqr, n > 0, bounds.smallest <= options.singularity * bounds.largest {
        throw .singular(smallest: bounds.smallest, largest: bounds.largest)
      }
    }
    let step = try system.solve(map.residual, transposed: false, tolerance: max(1e-6, options.tolerance))
    counts.add(step.counts)
    let relative = step.solution.norm / max(1, x.norm)
    if relative > options.convergence {
      warnings.append(
        "the inner solution is not converged: it is about \(ImplicitError.short(step.solution.norm)) away from a zero of "
          + "the optimality map (|F| = \(ImplicitError.short(map.residual.norm))), and the derivative is wrong by a "
          + "multiple of that; solve to a smaller tolerance")
    }
    solution = x
    self.parameters = parameters
    self.map = map
    self.system = system
    self.counts = counts
    certificate = ImplicitCertificate(
      residualNorm: map.residual.norm, distance: step.solution.norm, relativeDistance: relative,
      isConverged: relative <= options.convergence, smallestSingularValue: smallest, largestSingularValue: largest,
      monotonicity: options.monotonicity ?? Self.monotonicity(system), warnings: warnings)
  }

  /// n.
  public var rowCount: Int { solution.count }
  /// p.
  public var columnCount: Int { parameters.count }
  /// Of the set-up: the number of a product depends on its system and comes with `push` and `pull`.
  public var operationsPerProduct: Int { counts.operations }
  /// What solves the systems.
  public var solverName: String { system.name }

  /// ∂x*·t. Throws `ImplicitError` when the system is not solved.
  public func push(_ direction: Vector) throws(ImplicitError) -> Product {
    guard direction.count == columnCount else {
      throw .shape("a direction of \(direction.count) numbers for \(columnCount) parameters")
    }
    let side = -map.byParameters.applied(to: direction)
    let found = try system.solve(side, transposed: false)
    return Product(value: found.solution, residual: found.residual, counts: found.counts)
  }

  /// ∂x*ᵀ·v. Throws `ImplicitError` when the system is not solved.
  public func pull(_ cotangent: Vector) throws(ImplicitError) -> Product {
    guard cotangent.count == rowCount else {
      throw .shape("a cotangent of \(cotangent.count) numbers for a solution of \(rowCount)")
    }
    let found = try system.solve(-cotangent, transposed: true)
    return Product(
      value: map.byParameters.transposedApplied(to: found.solution), residual: found.residual, counts: found.counts)
  }

  /// The n × p matrix, by p pushes or n pulls, whichever are fewer.
  public func matrix() throws(ImplicitError) -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: columnCount)
    if columnCount <= rowCount {
      for j in 0..<columnCount {
        let column = try push(.unit(j, of: columnCount)).value
        for i in 0..<rowCount { result[i, j] = column[i] }
      }
    } else {
      for i in 0..<rowCount {
        let row = try pull(.unit(i, of: rowCount)).value
        for j in 0..<columnCount { result[i, j] = row[j] }
      }
    }
    return result
  }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    let value = (try? push(Self.vector(x)))?.value
    for i in y.indices { y[i] = value?[i] ?? .nan }
  }

  public func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    let value = (try? pull(Self.vector(y)))?.value
    for j in x.indices { x[j] = value?[j] ?? .nan }
  }

  /// ‖∂₂F‖ in the norm of Frobenius.
  var parameterJacobianNorm: Double { map.byParameters.frobeniusNorm }

  private static func vector(_ x: Span<Double>) -> Vector { x.withUnsafeBufferPointer { Vector(Array($0)) } }

  /// The least eigenvalue of ±(A + Aᵀ)/2, with the sign that makes it larger.
  private static func monotonicity(_ system: ImplicitSystem) -> Double? {
    guard case .lu(_, let a) = system.solver, a.rowCount > 0,
      let spectrum = try? SymmetricEigen(0.5 * (a + a.transposed))
    else { return nil }
    let values = spectrum.values.elements
    return max(values.min() ?? 0, -(values.max() ?? 0))
  }
}

extension AdjointOperator {
  /// By products with unit vectors on the shorter side.
  fileprivate var frobeniusNorm: Double {
    var sum = 0.0
    for k in 0..<min(rowCount, columnCount) {
      let line: Vector =
        columnCount <= rowCount
        ? applied(to: .unit(k, of: columnCount)) : transposedApplied(to: .unit(k, of: rowCount))
      sum += line.inner(line)
    }
    return sum.squareRoot()
  }
}
