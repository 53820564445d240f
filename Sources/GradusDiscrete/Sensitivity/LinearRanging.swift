// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNative
import GradusNumerics

/// Ranging of a linear program: how far each cost, side and bound may move while an optimal basis stays optimal.
///
/// A side that holds its row, or a bound that holds its variable, may move as far as the basic solution stays feasible; a
/// cost as far as no reduced cost changes sign. Where several bases are optimal the ranges belong to the one given.
public enum LinearRanging {
  /// Nil when the basis is not optimal. Throws `MissingComponent` when HiGHS is not there, which computes the ranges.
  public static func of(
    _ form: StandardForm, basis: Basis, search: LibrarySearch = .standard
  ) throws -> Sensitivity? {
    guard !form.isDiscrete, basis.columns.count == form.variableCount, basis.rows.count == form.constraintCount
    else { return nil }
    let session = try HighsSession(Highs(search))
    try session.set("presolve", to: "off")
    try session.set("solver", to: "simplex")
    try session.set("threads", to: "1")
    try form.lend(SolveLinear()) { model throws(HighsError) in try session.pass(model) }
    try session.setBasis(columns: basis.columns.map(\.highs), rows: basis.rows.map(\.highs))
    guard session.run() == .optimal, let ranging = session.ranging, let final = session.basis else { return nil }
    var sensitivity = Sensitivity()
    for j in form.costs.indices {
      sensitivity.costs[form.columnNames[j]] = .init(
        value: form.costs[j], from: ranging.costDown[j] + 0, to: ranging.costUp[j] + 0)
      if let bound = held(final.columns[j], form.columnLower[j], form.columnUpper[j]) {
        sensitivity.boundRanges[form.columnNames[j]] = .init(
          value: bound, from: ranging.boundDown[j] + 0, to: ranging.boundUp[j] + 0)
      }
    }
    for i in 0..<form.constraintCount {
      if let side = held(final.rows[i], form.rowLower[i], form.rowUpper[i]) {
        sensitivity.sideRanges[form.rowNames[i]] = .init(
          value: side, from: ranging.sideDown[i] + 0, to: ranging.sideUp[i] + 0)
      }
    }
    return sensitivity
  }

  /// The finite side on which a line that is not basic stands.
  private static func held(_ status: HighsBasisStatus, _ lower: Double, _ upper: Double) -> Double? {
    switch status {
    case .lower: lower.isFinite ? lower : nil
    case .upper: upper.isFinite ? upper : nil
    case .nonbasic: lower == upper ? lower : nil
    case .basic, .zero: nil
    }
  }
}
