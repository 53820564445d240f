// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusModeling
public import GradusNumerics

/// Why a local solver found no feasible point of a program of formulas, by the user's names.
///
/// The violated rows at the point where it ended, and a small set of rows from which no feasible point was reached either:
/// rows are left out one after the other, and what remains is solved again without an objective (an elastic filter with local
/// solves; Chinneck, *Feasibility and Infeasibility in Optimization*, 2008, chapter 6). All of it is local: another start may
/// reach a feasible point.
public struct LocalConflict: Sendable {
  /// Rows that the point violates, with the amounts, worst first.
  public private(set) var violated: [(row: Int, amount: Double)] = []
  /// Rows that were found together without a feasible point; empty when none were decided.
  public private(set) var rows: [Int] = []
  /// True when leaving out any one of `rows` led to a feasible point.
  public private(set) var isIrreducible = false
  private let program: FormulaProgram

  /// More rows than this are not filtered.
  private static let rowLimit = 200

  /// Filters from `point` on for at most `timeLimit` seconds; `weights` are those of the rows in the violation, if known.
  public init(_ subject: SolvableProgram, at point: Vector, timeLimit: Double) async {
    program = subject.program
    let deadline = ContinuousClock.now + .seconds(timeLimit)
    guard let values = try? await subject.oracle.values(at: point) else { return }
    let form = program.linear
    for i in 0..<program.constraintCount {
      let amount = max(form.rowLower[i] - values.constraints[i], values.constraints[i] - form.rowUpper[i], 0)
      let side = amount > 0 && values.constraints[i] < form.rowLower[i] ? form.rowLower[i] : form.rowUpper[i]
      if amount > 1e-6 * max(1, side.isFinite ? abs(side) : 1) { violated.append((i, amount)) }
    }
    violated.sort { ($1.amount, $0.row) < ($0.amount, $1.row) }
    await filter(from: point, until: deadline)
  }

  private mutating func filter(from point: Vector, until deadline: ContinuousClock.Instant) async {
    let form = program.linear
    var set = (0..<program.constraintCount).filter { form.rowLower[$0].isFinite || form.rowUpper[$0].isFinite }
    guard !program.linear.isDiscrete, !violated.isEmpty, set.count <= Self.rowLimit else { return }
    guard await isFeasible(set, point, deadline) == false else { return }
    let bad = Set(violated.map(\.row))
    var needed: Set<Int> = []
    var isSure = true
    // Rows that hold are tried first, so that violated ones stay.
    while let i = set.first(where: { !needed.contains($0) && !bad.contains($0) })
      ?? set.first(where: { !needed.contains($0) })
    {
      if .now > deadline {
        isSure = false
        break
      }
      let rest = set.filter { $0 != i }
      switch rest.isEmpty ? true : await isFeasible(rest, point, deadline) {
      case false?: set = rest
      case true?: needed.insert(i)
      case nil:
        needed.insert(i)
        isSure = false
      }
    }
    rows = set
    isIrreducible = isSure
  }

  /// Whether a local solve with these rows alone ends in a feasible point; nil when it ends without a statement.
  private func isFeasible(_ rows: [Int], _ point: Vector, _ deadline: ContinuousClock.Instant) async -> Bool? {
    let kept = Set(rows)
    var linear = program.linear
    linear.costs = [Double](repeating: 0, count: program.variableCount)
    for i in 0..<program.constraintCount where !kept.contains(i) {
      linear.rowLower[i] = -.infinity
      linear.rowUpper[i] = .infinity
    }
    let part = FormulaProgram(
      linear: linear, graph: program.graph, objective: nil,
      rows: program.rows.enumerated().map { kept.contains($0) ? $1 : nil }, start: point)
    let subject = SolvableProgram(part)
    let left = ContinuousClock.now.duration(to: deadline).components
    let seconds = Double(left.seconds) + Double(left.attoseconds) * 1e-18
    guard seconds > 0.01, let entry = Catalog.entry(named: "interior-point"), let run = try? subject.open(entry),
      let solution = try? await run.finishErased(
        until: AnyOf([.time(.seconds(seconds))]), width: 1, delivery: .inOrder)
    else { return nil }
    switch solution.status {
    case .optimal, .locallyOptimal, .stationary, .feasible, .targetReached: return true
    case .infeasible, .locallyInfeasible: return false
    default: return nil
    }
  }

  /// Sentences for people, without full stops.
  public var sentences: [String] {
    let names = program.linear.rowNames
    var sentences: [String] = []
    for entry in violated.prefix(Self.listed) {
      sentences.append("row '\(names[entry.row])' is violated by \(entry.amount)")
    }
    if violated.count > Self.listed { sentences.append("and \(violated.count - Self.listed) more rows are violated") }
    guard !rows.isEmpty else { return sentences }
    let list = rows.prefix(Self.listed).map { "'\(names[$0])'" }.joined(separator: ", ")
    let more = rows.count > Self.listed ? " and \(rows.count - Self.listed) more" : ""
    let tail =
      isIrreducible
      ? "leaving out any one of them led to a feasible point"
      : "it was not decided whether all of them are needed"
    sentences.append(
      "no feasible point was found from here for \(rows.count == 1 ? "row" : "rows") \(list)\(more) with the bounds; \(tail)"
    )
    sentences.append("this is local: another start may reach a feasible point")
    return sentences
  }

  /// The rows by name, as results state a conflict; nil when there are none.
  public var conflict: ResultDocument.Conflict? {
    rows.isEmpty ? nil : ResultDocument.Conflict(rows: rows.map { program.linear.rowNames[$0] }, bounds: [])
  }

  /// Lines written out in sentences; the rest is counted.
  private static let listed = 12
}
