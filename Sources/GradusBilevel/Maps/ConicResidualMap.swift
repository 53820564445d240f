// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// The residual map of a cone program, with one vector w for slack and multiplier together:
///
///     minimize cᵀx   subject to   A·x + s = b, s ∈ K;      s = P_K(w),   y = s − w = P_{K*}(−w),   sᵀy = 0
///     F = (Aᵀy + c;   A·x + s − b)          solution (x, w)
///
/// K is a product of cones with differentiable projections: `BoxProjection.nonnegative`, `SecondOrderConeProjection`, points
/// (a box of width zero) for equations. Parameters are c, b and A, the latter column after column. Reference: Busseti, Moursi
/// & Boyd, *Comput. Optim. Appl.* 74 (2019).
public struct ConicResidualMap: OptimalityMap {
  public let variableCount: Int
  public let cone: any DifferentiableProjection

  public init(variables: Int, cone: any DifferentiableProjection) {
    variableCount = variables
    self.cone = cone
  }

  public var rowCount: Int { cone.dimension }
  public var solutionCount: Int { variableCount + rowCount }
  public var parameterCount: Int { variableCount + rowCount + variableCount * rowCount }

  /// All data as one vector of parameters.
  public func parameters(costs: Vector, sides: Vector, matrix: Matrix) -> Vector {
    precondition(
      costs.count == variableCount && sides.count == rowCount && matrix.rowCount == rowCount
        && matrix.columnCount == variableCount, "the data do not have the shapes of the program")
    return Vector(costs.elements + sides.elements + matrix.elements)
  }

  /// (x, w = s − y) from a solver's answer.
  public static func solution(x: Vector, slack: Vector, multipliers: Vector) -> Vector {
    Vector(x.elements + (slack - multipliers).elements)
  }

  public func residual(at z: Vector, parameters: Vector) async throws -> Vector {
    let (c, b, a) = try read(parameters)
    let (x, w) = split(z)
    let s = cone.projection(of: w)
    return Vector((a.transposedTimes(s - w) + c).elements + (a.times(x) + s - b).elements)
  }

  public func linearization(at z: Vector, parameters: Vector) async throws -> LinearizedMap {
    let (c, b, a) = try read(parameters)
    let (x, w) = split(z)
    let image = cone.linearization(at: w)
    let (s, jacobian, n, m) = (image.point, image.jacobian, variableCount, rowCount)
    let y = s - w
    let count = n + m
    return LinearizedMap(
      residual: Vector((a.transposedTimes(y) + c).elements + (a.times(x) + s - b).elements),
      bySolution: FunctionAdjointOperator(
        rowCount: count, columnCount: count, operationsPerProduct: 4 * n * m + jacobian.operationsPerProduct,
        product: { d in
          let (dx, dw) = Self.halves(d, n)
          let ds = jacobian.applied(to: dw)
          return Vector(a.transposedTimes(ds - dw).elements + (a.times(dx) + ds).elements)
        },
        transposed: { d in
          let (u, v) = Self.halves(d, n)
          let image = a.times(u)
          return Vector(a.transposedTimes(v).elements + (jacobian.applied(to: image + v) - image).elements)
        }),
      byParameters: FunctionAdjointOperator(
        rowCount: count, columnCount: parameterCount, operationsPerProduct: 4 * n * m,
        product: { t in
          let dA = Matrix(rowCount: m, columnCount: n, elements: Array(t.elements[count...]))
          let (dc, db) = Self.halves(Vector(Array(t.elements[..<count])), n)
          return Vector((dA.transposedTimes(y) + dc).elements + (dA.times(x) - db).elements)
        },
        transposed: { d in
          let (u, v) = Self.halves(d, n)
          var numbers = u.elements + (-v).elements
          for j in 0..<n { for i in 0..<m { numbers.append(y[i] * u[j] + v[i] * x[j]) } }
          return Vector(numbers)
        }),
      corners: image.kinks.map { .init(index: n + $0, "row \($0) meets its cone where slack and multiplier vanish") })
  }

  private func read(_ parameters: Vector) throws(ImplicitError) -> (Vector, Vector, Matrix) {
    guard parameters.count == parameterCount else {
      throw .shape("there are \(parameters.count) parameters, and the program has \(parameterCount)")
    }
    let (n, m) = (variableCount, rowCount)
    return (
      Vector(Array(parameters.elements[..<n])), Vector(Array(parameters.elements[n..<n + m])),
      Matrix(rowCount: m, columnCount: n, elements: Array(parameters.elements[(n + m)...]))
    )
  }

  private func split(_ z: Vector) -> (Vector, Vector) {
    precondition(z.count == solutionCount, "a solution of another length")
    return Self.halves(z, variableCount)
  }

  private static func halves(_ z: Vector, _ n: Int) -> (Vector, Vector) {
    (Vector(Array(z.elements[..<n])), Vector(Array(z.elements[n...])))
  }
}
