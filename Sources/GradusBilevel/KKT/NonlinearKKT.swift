// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// The conditions of Karush, Kuhn and Tucker of a nonlinear program whose active set is known, with λ = ∂f/∂side:
///
///     F = ( ∇f − Jᵀλ  on free variables,    x − bound  on held ones;
///           c − side  on rows that hold,    λ          on others )          solution (x, λ)
///
/// Parameters are the side of every row, the bound of every variable (those that hold; others do nothing), and after them
/// parameters of the user's own, by products or by central differences of F. One sparse factorization gives all products with
/// the inverse, and memory is linear in its nonzeros. Corners are sides and bounds that the point meets without a multiplier.
/// Reference: Fiacco, *Introduction to Sensitivity and Stability Analysis in Nonlinear Programming* (1983), chapter 3.
public struct NonlinearKKT: OptimalityMap {
  /// A program and who answers for it.
  public struct Instance: Sendable {
    public var program: NonlinearProgram
    public var oracle: any ConstraintOracle

    public init(_ program: NonlinearProgram, asking oracle: any ConstraintOracle) {
      self.program = program
      self.oracle = oracle
    }
  }

  /// Parameters beside sides and bounds.
  public struct Extra: Sendable {
    /// Their values at the solution.
    public var values: Vector
    /// The program for other values: of the same shape, and with the same sides finite.
    public var instance: @Sendable (_ values: Vector) async throws -> Instance
    /// ∂(∇f − Jᵀλ; c)/∂values, (n + m) × p, where sides and bounds do not depend on them; nil for central differences, two
    /// instances a parameter.
    public var products:
      (@Sendable (_ x: Vector, _ multipliers: Vector, _ values: Vector) async throws -> any AdjointOperator)?

    /// Parameters with these values now; `instance` makes the program for others.
    public init(
      _ values: Vector,
      products: (
        @Sendable (_ x: Vector, _ multipliers: Vector, _ values: Vector) async throws -> any AdjointOperator
      )? = nil,
      instance: @escaping @Sendable (_ values: Vector) async throws -> Instance
    ) {
      self.values = values
      self.products = products
      self.instance = instance
    }

    /// The programs for one value a little larger and a little smaller, and the difference of the two values.
    func neighbors(_ k: Int) async throws -> (ahead: Instance, behind: Instance, width: Double) {
      let h = Differences.step * max(1e-2, abs(values[k]))
      var (larger, smaller) = (values, values)
      larger[k] += h
      smaller[k] -= h
      let (ahead, behind) = (try await instance(larger), try await instance(smaller))
      return (ahead, behind, larger[k] - smaller[k])
    }
  }

  public let base: Instance
  public let extra: Extra?
  /// (x, λ), the solution that the map belongs to.
  public let solution: Vector
  /// Sides, bounds and the user's parameters there.
  public let parameters: Vector
  let active: ActiveSet

  /// At a minimum `x` with the multipliers ∂f/∂side (f minimized); those of rows that do not hold count as zero. Asks for values
  /// and derivatives.
  public init(
    _ base: Instance, at x: Vector, multipliers: Vector, extra: Extra? = nil
  ) async throws {
    let program = base.program
    guard x.count == program.variableCount, multipliers.count == program.constraintCount else {
      throw ImplicitError.shape(
        "a program of \(program.variableCount) variables and \(program.constraintCount) rows cannot have \(x.count) values "
          + "and \(multipliers.count) multipliers")
    }
    let here = try await base.oracle.derivatives(at: x)
    let values = try await base.oracle.values(at: x)
    guard here.gradient.isFinite, values.constraints.isFinite else {
      throw ImplicitError.notFinite("the gradient or a row at the solution")
    }
    self.base = base
    self.extra = extra
    let active = ActiveSet(program, x, values.constraints, here, multipliers)
    self.active = active
    solution = Vector(x.elements + multipliers.indices.map { active.rowPlace[$0] >= 0 ? multipliers[$0] : 0 })
    parameters = Vector(active.sides.elements + active.limits.elements + (extra?.values.elements ?? []))
  }

  public var solutionCount: Int { solution.count }
  public var parameterCount: Int { parameters.count }
  /// The place of the side of a row among all parameters.
  public func place(ofSide row: Int) -> Int { row }
  /// The place of the bound of a variable among all parameters.
  public func place(ofBound variable: Int) -> Int { base.program.constraintCount + variable }
  /// The place of a parameter of the user among all parameters.
  public func place(ofExtra k: Int) -> Int { solution.count + k }

  public func residual(at z: Vector, parameters theta: Vector) async throws -> Vector {
    guard let extra, theta.count == parameterCount else {
      return try await residual(at: z, parameters: theta, of: base)
    }
    let values = Vector(Array(theta.elements[solution.count...]))
    let instance = values == extra.values ? base : try await extra.instance(values)
    return try await residual(at: z, parameters: theta, of: instance)
  }

  /// F with what another instance says of the objective, the rows and how far sides and bounds moved.
  func residual(at z: Vector, parameters theta: Vector, of instance: Instance) async throws -> Vector {
    let (n, m) = (base.program.variableCount, base.program.constraintCount)
    guard z.count == n + m, theta.count == parameterCount else {
      throw ImplicitError.shape("the solution or the parameters have another length than those of the map")
    }
    guard instance.program.variableCount == n, instance.program.constraintCount == m else {
      throw ImplicitError.shape("the program for other parameters has another shape; its formulas must stay")
    }
    let (x, lambda) = (Vector(Array(z.elements[..<n])), Vector(Array(z.elements[n...])))
    let here = try await instance.oracle.derivatives(at: x)
    let c = try await instance.oracle.values(at: x).constraints
    let slope = here.gradient - here.jacobian.transposedTimes(lambda)
    var f = Vector.zeros(n + m)
    for j in 0..<n {
      let held = x[j] - theta[m + j] - shift(ofBound: j, to: instance.program)
      f[j] = active.freePlace[j] >= 0 ? slope[j] : held
    }
    for i in 0..<m {
      f[n + i] = active.rowPlace[i] >= 0 ? c[i] - theta[i] - shift(ofSide: i, to: instance.program) : lambda[i]
    }
    return f
  }

  public func linearization(at z: Vector, parameters theta: Vector) async throws -> LinearizedMap {
    let (system, residual) = try await system(at: z, parameters: theta)
    let inverse = try? KKTInverse(system)
    let n = base.program.variableCount
    return LinearizedMap(
      residual: residual, bySolution: system, byParameters: try await byParameters(z, theta),
      corners: active.doubts.map { doubt in
        let index = doubt.variable ?? n + (doubt.row ?? 0)
        let subject = doubt.variable.map { "variable \($0)" } ?? "row \(doubt.row ?? 0)"
        return .init(index: index, "\(subject) \(doubt.reason)")
      }, inverse: inverse.flatMap { $0.isRegular ? $0 : nil })
  }

  /// ∂₁F and F. Asks for derivatives, values and one Hessian.
  func system(at z: Vector, parameters theta: Vector) async throws -> (KKTSystem, Vector) {
    let residual = try await residual(at: z, parameters: theta)
    let n = base.program.variableCount
    let (x, lambda) = (Vector(Array(z.elements[..<n])), Vector(Array(z.elements[n...])))
    let here = try await base.oracle.derivatives(at: x)
    let hessian = try await base.oracle.lagrangianHessian(at: x, multipliers: -lambda, objectiveWeight: 1)
    return (KKTSystem(hessian: hessian, jacobian: here.jacobian, active: active), residual)
  }

  private func byParameters(_ z: Vector, _ theta: Vector) async throws -> any AdjointOperator {
    let (n, m, p, active) = (base.program.variableCount, base.program.constraintCount, theta.count, active)
    let own: (any AdjointOperator)?
    if let extra {
      if let products = extra.products {
        let (x, lambda) = (Vector(Array(z.elements[..<n])), Vector(Array(z.elements[n...])))
        let raw = try await products(x, lambda, extra.values)
        guard raw.rowCount == n + m, raw.columnCount == extra.values.count else {
          throw ImplicitError.shape("the products of the parameters are not (n + m) × p")
        }
        own = raw
      } else {
        var elements: [Double] = []
        for k in extra.values.indices {
          let (ahead, behind, width) = try await extra.neighbors(k)
          let change =
            try await residual(at: z, parameters: theta, of: ahead)
            - residual(at: z, parameters: theta, of: behind)
          elements += ((1 / width) * change).elements
        }
        own = Matrix(rowCount: n + m, columnCount: p - n - m, elements: elements)
      }
    } else {
      own = nil
    }
    // Rows of F that say x = bound or λ = 0 do not see the user's products.
    let hasProducts = extra?.products != nil
    @Sendable func masked(_ w: Vector) -> Vector {
      guard hasProducts else { return w }
      return Vector(
        w.indices.map { k in (k < n ? active.freePlace[k] >= 0 : active.rowPlace[k - n] >= 0) ? w[k] : 0 })
    }
    return FunctionAdjointOperator(
      rowCount: n + m, columnCount: p, operationsPerProduct: n + m + (own?.operationsPerProduct ?? 0),
      product: { t in
        var f = own.map { masked($0.applied(to: Vector(Array(t.elements[(n + m)...])))) } ?? .zeros(n + m)
        for j in active.bounds { f[j] -= t[m + j] }
        for i in active.rows { f[n + i] -= t[i] }
        return f
      },
      transposed: { w in
        var t = Vector.zeros(p)
        if let own { t.elements.replaceSubrange((n + m)..., with: own.transposedApplied(to: masked(w)).elements) }
        for j in active.bounds { t[m + j] = -w[j] }
        for i in active.rows { t[i] = -w[n + i] }
        return t
      })
  }

  /// How far the side that holds a row moved with the user's parameters.
  private func shift(ofSide i: Int, to other: NonlinearProgram) -> Double {
    let (now, before) =
      active.isUpperSide[i]
      ? (other.rowUpper[i], base.program.rowUpper[i]) : (other.rowLower[i], base.program.rowLower[i])
    return now.isFinite && before.isFinite ? now - before : 0
  }

  private func shift(ofBound j: Int, to other: NonlinearProgram) -> Double {
    let (now, before) =
      active.isUpperLimit[j]
      ? (other.domain.upper[j], base.program.domain.upper[j]) : (other.domain.lower[j], base.program.domain.lower[j])
    return now.isFinite && before.isFinite ? now - before : 0
  }
}
