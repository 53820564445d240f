// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// The conditions of Karush, Kuhn and Tucker of a quadratic program whose data are all parameters:
///
///     minimize ½xᵀQx + qᵀx   subject to   A·x = b (ν),   G·x ≤ h (λ)
///     F = (½(Q + Qᵀ)x + q + Aᵀν + Gᵀλ;   A·x − b;   λ ⊙ (G·x − h))          solution (x, ν, λ)
///
/// Parameters are the numbers of Q, q, A, b, G, h in this order, matrices column after column: `place(of:)` says where. A row
/// of G that holds without a multiplier is a corner. Reference: Amos & Kolter, *OptNet*, ICML 2017.
public struct QuadraticKKT: OptimalityMap {
  public let variableCount: Int
  public let equalityCount: Int
  public let inequalityCount: Int

  /// The data of the program.
  public enum Part: Int, Sendable, Hashable, CaseIterable {
    case quadratic, linear, equalityMatrix, equalitySides, inequalityMatrix, inequalitySides
  }

  public init(variables: Int, equalities: Int = 0, inequalities: Int = 0) {
    precondition(variables > 0 && equalities >= 0 && inequalities >= 0, "a program has variables")
    variableCount = variables
    equalityCount = equalities
    inequalityCount = inequalities
  }

  public var solutionCount: Int { variableCount + equalityCount + inequalityCount }
  public var parameterCount: Int { place(of: .inequalitySides).upperBound }

  /// The places of a part among the parameters.
  public func place(of part: Part) -> Range<Int> {
    let (n, e, m) = (variableCount, equalityCount, inequalityCount)
    let sizes = [n * n, n, e * n, e, m * n, m]
    let start = sizes[..<part.rawValue].reduce(0, +)
    return start..<start + sizes[part.rawValue]
  }

  /// All data as one vector of parameters.
  public func parameters(
    quadratic: Matrix, linear: Vector, equalityMatrix: Matrix? = nil, equalitySides: Vector = [],
    inequalityMatrix: Matrix? = nil, inequalitySides: Vector = []
  ) -> Vector {
    let all =
      quadratic.elements + linear.elements + (equalityMatrix?.elements ?? []) + equalitySides.elements
      + (inequalityMatrix?.elements ?? []) + inequalitySides.elements
    precondition(all.count == parameterCount, "the data do not have the shapes of the program")
    return Vector(all)
  }

  public func residual(at z: Vector, parameters: Vector) async throws -> Vector {
    let data = try Data(self, parameters)
    let (x, nu, lambda) = try split(z)
    let slack = data.g.times(x) - data.h
    return Vector(
      (data.q.times(x) + data.c + data.a.transposedTimes(nu) + data.g.transposedTimes(lambda)).elements
        + (data.a.times(x) - data.b).elements + lambda.indices.map { lambda[$0] * slack[$0] })
  }

  public func linearization(at z: Vector, parameters: Vector) async throws -> LinearizedMap {
    let data = try Data(self, parameters)
    let (x, _, lambda) = try split(z)
    let slack = data.g.times(x) - data.h
    let scale = max(1, lambda.maximumMagnitude)
    let corners = lambda.indices.filter {
      abs(lambda[$0]) <= 1e-7 * scale && abs(slack[$0]) <= 1e-7 * max(1, abs(data.h[$0]))
    }
    return LinearizedMap(
      residual: try await residual(at: z, parameters: parameters), bySolution: bySolution(data, slack, lambda),
      byParameters: byParameters(z),
      structure: inequalityCount > 0 ? .general : equalityCount > 0 ? .symmetric : .positiveDefinite,
      corners: corners.map {
        .init(index: variableCount + equalityCount + $0, "inequality \($0) holds without a multiplier")
      })
  }

  private func bySolution(_ data: Data, _ slack: Vector, _ lambda: Vector) -> any AdjointOperator {
    let (n, e, size) = (variableCount, equalityCount, solutionCount)
    @Sendable func parts(_ d: Vector) -> (Vector, Vector, Vector) { Self.parts(d, n, e) }
    return FunctionAdjointOperator(
      rowCount: size, columnCount: size, operationsPerProduct: 2 * n * (n + 2 * (size - n)),
      product: { d in
        let (x, nu, l) = parts(d)
        let image = data.g.times(x)
        return Vector(
          (data.q.times(x) + data.a.transposedTimes(nu) + data.g.transposedTimes(l)).elements
            + data.a.times(x).elements + l.indices.map { lambda[$0] * image[$0] + slack[$0] * l[$0] })
      },
      transposed: { d in
        let (x, nu, l) = parts(d)
        let weighted = Vector(l.indices.map { lambda[$0] * l[$0] })
        let image = data.g.times(x)
        return Vector(
          (data.q.times(x) + data.a.transposedTimes(nu) + data.g.transposedTimes(weighted)).elements
            + data.a.times(x).elements + l.indices.map { image[$0] + slack[$0] * l[$0] })
      })
  }

  /// Data enter linearly, so that the products need the solution alone.
  private func byParameters(_ z: Vector) -> any AdjointOperator {
    let (shape, n, e) = (self, variableCount, equalityCount)
    let (x, nu, lambda) = Self.parts(z, n, e)
    return FunctionAdjointOperator(
      rowCount: solutionCount, columnCount: parameterCount, operationsPerProduct: 4 * parameterCount,
      product: { t in
        guard let d = try? Data(shape, t) else { return Vector(repeating: .nan, count: shape.solutionCount) }
        let slack = d.g.times(x) - d.h
        return Vector(
          (d.q.times(x) + d.c + d.a.transposedTimes(nu) + d.g.transposedTimes(lambda)).elements
            + (d.a.times(x) - d.b).elements + lambda.indices.map { lambda[$0] * slack[$0] })
      },
      transposed: { w in
        let (u, v, s) = Self.parts(w, n, e)
        let weighted = Vector(s.indices.map { lambda[$0] * s[$0] })
        var image: [Double] = []
        image.reserveCapacity(shape.parameterCount)
        for j in 0..<n { for i in 0..<n { image.append(0.5 * (u[i] * x[j] + x[i] * u[j])) } }
        image += u.elements
        for j in 0..<n { for i in 0..<e { image.append(nu[i] * u[j] + v[i] * x[j]) } }
        image += (-v).elements
        for j in 0..<n { for i in lambda.indices { image.append(lambda[i] * u[j] + weighted[i] * x[j]) } }
        return Vector(image + (-weighted).elements)
      })
  }

  private func split(_ z: Vector) throws(ImplicitError) -> (Vector, Vector, Vector) {
    guard z.count == solutionCount else {
      throw .shape("the solution has \(z.count) numbers, and x, ν and λ together have \(solutionCount)")
    }
    return Self.parts(z, variableCount, equalityCount)
  }

  private static func parts(_ z: Vector, _ n: Int, _ e: Int) -> (Vector, Vector, Vector) {
    (Vector(Array(z.elements[..<n])), Vector(Array(z.elements[n..<n + e])), Vector(Array(z.elements[(n + e)...])))
  }

  /// Parameters read as matrices and vectors; Q made symmetric.
  private struct Data: Sendable {
    var q, a, g: Matrix
    var c, b, h: Vector

    init(_ shape: QuadraticKKT, _ parameters: Vector) throws(ImplicitError) {
      guard parameters.count == shape.parameterCount else {
        throw .shape("there are \(parameters.count) parameters, and the program has \(shape.parameterCount)")
      }
      let (n, e, m) = (shape.variableCount, shape.equalityCount, shape.inequalityCount)
      func numbers(_ part: Part) -> [Double] { Array(parameters.elements[shape.place(of: part)]) }
      let full = Matrix(rowCount: n, columnCount: n, elements: numbers(.quadratic))
      q = 0.5 * (full + full.transposed)
      c = Vector(numbers(.linear))
      a = Matrix(rowCount: e, columnCount: n, elements: numbers(.equalityMatrix))
      b = Vector(numbers(.equalitySides))
      g = Matrix(rowCount: m, columnCount: n, elements: numbers(.inequalityMatrix))
      h = Vector(numbers(.inequalitySides))
    }
  }
}
