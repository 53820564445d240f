// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Linear, quadratic and integer programs. They are data: no oracle of ours answers, the method reads the form or puts
/// it to a solver.
private func program(
  costs: [Double], rows: [[Double]], lower: [Double], upper: [Double], columns: Box,
  quadratic: [[Double]]? = nil, integer: Bool = false, offset: Double = 0, _ optimum: KnownOptimum,
  _ traits: Set<ProblemTrait>, region: Box? = nil
) -> ProblemContent {
  var form = StandardForm(
    costs: costs, matrix: sparse(rows, columns: costs.count), rowLower: lower, rowUpper: upper,
    columnLower: columns.lower.elements, columnUpper: columns.upper.elements,
    kinds: [VariableKind](repeating: integer ? .integer : .continuous, count: costs.count))
  form.quadratic = quadratic.map { sparse($0, columns: costs.count) }
  form.objectiveOffset = offset
  let classes: [any Sendable] = [
    form.quadratic == nil && !integer ? attempt { try LinearProgram(form) } : nil,
    form.quadratic == nil ? attempt { try MixedIntegerProgram(form) } : nil,
    integer ? nil : attempt { try QuadraticProgram(form) },
  ].compactMap(\.self)
  return ProblemContent(
    forms: classes + [form], oracle: (), optimum: optimum, traits: traits, region: region ?? columns)
}

private func attempt(_ make: () throws -> any Sendable) -> (any Sendable)? {
  do { return try make() } catch { preconditionFailure("a program of the library must fit its class: \(error)") }
}

private func sparse(_ rows: [[Double]], columns: Int) -> SparseMatrix {
  var entries: [(row: Int, column: Int, value: Double)] = []
  for (i, row) in rows.enumerated() {
    for (j, value) in row.enumerated() where value != 0 { entries.append((i, j, value)) }
  }
  return SparseMatrix(rowCount: rows.count, columnCount: columns, triplets: entries)
}

private let infinity = Double.infinity

let programFamilies: [ProblemFamily] = [
  ProblemFamily("blending", "a linear program: two products, three resources", reference: "Dantzig 1963") { _ in
    // max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18, as a minimum.
    program(
      costs: [-3, -5], rows: [[1, 0], [0, 2], [3, 2]], lower: [-infinity, -infinity, -infinity], upper: [4, 12, 18],
      columns: Box(lower: [0, 0], upper: [infinity, infinity]),
      KnownOptimum(value: -36, points: [[2, 6]], multipliers: [0, -1.5, -1]), [.linear, .convex, .constrained],
      region: .cube(0, 10, 2))
  },
  ProblemFamily("transport", "a linear program: two sources, three sinks", reference: "Hitchcock 1941") { _ in
    program(
      costs: [8, 6, 10, 9, 12, 13],
      rows: [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1]],
      lower: [-infinity, -infinity, 45, 20, 30], upper: [35, 70, infinity, infinity, infinity],
      columns: Box(lower: .zeros(6), upper: Vector(repeating: infinity, count: 6)),
      KnownOptimum(value: 870, points: [[0, 20, 15, 45, 0, 15]], multipliers: [-3, 0, 9, 9, 13]),
      [.linear, .convex, .constrained], region: .cube(0, 50, 6))
  },
  ProblemFamily("infeasible-program", "two rows that contradict each other", reference: "by construction") { _ in
    program(
      costs: [1, 1], rows: [[1, 1], [1, 1]], lower: [3, -infinity], upper: [infinity, 2],
      columns: Box(lower: [0, 0], upper: [10, 10]), KnownOptimum(value: infinity, ray: [1, -1]), [.linear, .infeasible])
  },
  ProblemFamily("unbounded-program", "a ray along which the objective falls", reference: "by construction") { _ in
    program(
      costs: [-1, 0], rows: [[1, -1]], lower: [-infinity], upper: [1],
      columns: Box(lower: [0, 0], upper: [infinity, infinity]),
      KnownOptimum(value: -infinity, points: [[0, 0]], ray: [1, 1]),
      [.linear, .unbounded], region: .cube(0, 10, 2))
  },
  ProblemFamily("portfolio", "a quadratic program: least risk at a wanted return", reference: "Markowitz 1952") { _ in
    // Budget Σx = 1, return rᵀx ≥ 0.1, no short sales; two assets are held, so two rows settle the point.
    program(
      costs: [0, 0, 0], rows: [[1, 1, 1], [0.05, 0.1, 0.15]], lower: [1, 0.1], upper: [1, infinity],
      columns: Box(lower: .zeros(3), upper: Vector(repeating: infinity, count: 3)),
      quadratic: [[0.1, 0, 0], [0, 0.2, 0], [0, 0, 0.3]],
      KnownOptimum(
        value: 1.0 / 30, points: [[1.0 / 3, 1.0 / 3, 1.0 / 3]], multipliers: [0, 2.0 / 3]),
      [.quadratic, .convex, .constrained], region: .cube(0, 1, 3))
  },
  ProblemFamily("knapsack", "an integer program: eight things, one bag", reference: "by construction") { _ in
    program(
      costs: [-15, -10, -9, -5, -8, -12, -7, -4], rows: [[5, 4, 3, 2, 3, 5, 4, 1]], lower: [-infinity], upper: [14],
      columns: .cube(0, 1, 8), integer: true, KnownOptimum(value: -41, points: [[1, 0, 1, 1, 1, 0, 0, 1]]),
      [.linear, .integer, .constrained])
  },
]
