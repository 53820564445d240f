// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNative
public import GradusNumerics

/// HiGHS for the programs, a function of the user for the separation.
public struct HighsCutOracle: CutOracle {
  /// Rows that the point violates; those it satisfies are ignored.
  public typealias Separation = @Sendable (Vector) async throws -> [LinearCut]

  private let form: StandardForm
  private let highs: Highs
  private let separation: Separation

  /// Throws `MissingComponent` when HiGHS is not there, `Unsuitable` when the form holds more than linear rows.
  public init(_ form: StandardForm, search: LibrarySearch = .standard, separating separation: @escaping Separation)
    throws
  {
    try form.requireLinear()
    self.form = form
    self.separation = separation
    highs = try Highs(search)
  }

  public func solve(
    adding cuts: [LinearCut], settings: LinearSolveSettings, start: Vector?
  ) async throws -> LinearAnswer {
    var question = SolveLinear()
    question.settings = settings
    question.start = start
    return try await HighsOracle(form.adding(cuts), highs: highs).solve(question)
  }

  public func separate(_ point: Vector) async throws -> [LinearCut] { try await separation(point) }
}

extension StandardForm {
  /// The form with more rows behind its own.
  func adding(_ cuts: [LinearCut]) -> StandardForm {
    if cuts.isEmpty { return self }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<variableCount {
      for p in matrix.range(ofColumn: j) { triplets.append((Int(matrix.rows[p]), j, matrix.values[p])) }
    }
    for (k, cut) in cuts.enumerated() {
      for (j, value) in zip(cut.columns, cut.values) { triplets.append((constraintCount + k, j, value)) }
    }
    var form = StandardForm(
      costs: costs,
      matrix: SparseMatrix(rowCount: constraintCount + cuts.count, columnCount: variableCount, triplets: triplets),
      rowLower: rowLower + cuts.map(\.lower), rowUpper: rowUpper + cuts.map(\.upper), columnLower: columnLower,
      columnUpper: columnUpper, kinds: kinds, columnNames: columnNames)
    form.sense = sense
    form.objectiveOffset = objectiveOffset
    form.name = name
    return form
  }
}
