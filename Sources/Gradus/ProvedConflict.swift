// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusModeling
import GradusNumerics

/// A small set of rows and bounds of a program of formulas that contradict each other, whole numbers included.
///
/// The deletion filter (Chinneck, *Feasibility and Infeasibility in Optimization*, 2008, chapter 6): one member after the
/// other is left out, and what remains is solved again without an objective. A member goes for good where the rest is
/// proved infeasible, by the same checks as the program itself; it is needed where the rest has a checked point. Cost: one
/// solve a member, within the time limit.
public struct ProvedConflict: Sendable {
  /// Rows of the conflict, by position.
  public private(set) var rows: [Int] = []
  /// Variables whose bounds belong to the conflict, by position.
  public private(set) var bounds: [Int] = []
  /// True when leaving out any one of them gives a feasible point.
  public private(set) var isIrreducible = false
  private let program: FormulaProgram
  private let deadline: ContinuousClock.Instant
  private let interruption: Interruption

  /// More members than this are not filtered.
  private static let limit = 400

  /// Filters for at most `timeLimit` seconds; without rows and bounds when the program is not proved infeasible again.
  public init(_ subject: SolvableProgram, timeLimit: Double, interruption: Interruption = Interruption()) async {
    self.interruption = interruption
    program = subject.program
    deadline = ContinuousClock.now + .seconds(timeLimit)
    let form = program.linear
    var set = Members(
      rows: (0..<program.constraintCount).filter { form.rowLower[$0].isFinite || form.rowUpper[$0].isFinite },
      bounds: (0..<program.variableCount).filter { form.columnLower[$0].isFinite || form.columnUpper[$0].isFinite })
    guard set.rows.count <= Self.limit, await isFeasible(set) == false else { return }
    var isSure = true
    for i in set.rows { isSure = await tryWithout(&set, \.rows, i) && isSure }
    let used = program.variables(ofRows: set.rows)
    // Bounds of variables that no row of the conflict holds are not needed by it.
    set.bounds.removeAll { !used.contains($0) }
    if set.bounds.count <= Self.limit {
      for j in set.bounds { isSure = await tryWithout(&set, \.bounds, j) && isSure }
    } else {
      isSure = false
    }
    rows = set.rows
    bounds = set.bounds
    isIrreducible = isSure
  }

  private struct Members {
    var rows: [Int]
    var bounds: [Int]
  }

  /// Leaves a member out where the rest is proved infeasible; false when that stays open.
  private func tryWithout(_ set: inout Members, _ path: WritableKeyPath<Members, [Int]>, _ member: Int) async -> Bool {
    if .now > deadline || interruption.isRaised { return false }
    var rest = set
    rest[keyPath: path].removeAll { $0 == member }
    switch await isFeasible(rest) {
    case false?: set = rest
    case true?: break
    case nil: return false
    }
    return true
  }

  /// Whether these rows and bounds alone have a point; nil when neither is proved.
  private func isFeasible(_ set: Members) async -> Bool? {
    let (rows, bounds) = (Set(set.rows), Set(set.bounds))
    var linear = program.linear
    linear.costs = [Double](repeating: 0, count: program.variableCount)
    for i in 0..<program.constraintCount where !rows.contains(i) {
      linear.rowLower[i] = -.infinity
      linear.rowUpper[i] = .infinity
    }
    for j in 0..<program.variableCount where !bounds.contains(j) {
      linear.columnLower[j] = -.infinity
      linear.columnUpper[j] = .infinity
    }
    let part = SolvableProgram(
      FormulaProgram(
        linear: linear, graph: program.graph, objective: nil,
        rows: program.rows.enumerated().map { rows.contains($0) ? $1 : nil }, start: program.start))
    let left = ContinuousClock.now.duration(to: deadline).components
    // No single member may use up the time of all others.
    let seconds = min(1, Double(left.seconds) + Double(left.attoseconds) * 1e-18)
    guard seconds > 0.01 else { return nil }
    for name in part.preferredMethods.prefix(2) {
      guard let entry = Catalog.entry(named: name), let run = try? part.open(entry, interruption: interruption),
        let solution = try? await run.finishErased(
          until: AnyOf([.time(.seconds(seconds)), interruption]), width: 1, delivery: .inOrder)
      else { continue }
      switch solution.status {
      case .optimal, .locallyOptimal, .stationary, .feasible, .targetReached: return true
      case .infeasible: return false
      default: continue
      }
    }
    return nil
  }

  /// Sentences for people, without full stops.
  public var sentences: [String] {
    if rows.isEmpty && bounds.isEmpty { return [] }
    let form = program.linear
    func list(_ places: [Int], _ names: NameTable, _ one: String, _ many: String) -> [String] {
      guard !places.isEmpty else { return [] }
      let shown = places.prefix(12).map { "'\(names[$0])'" }.joined(separator: ", ")
      let more = places.count > 12 ? " and \(places.count - 12) more" : ""
      return ["\(places.count == 1 ? one : many) \(shown)\(more)"]
    }
    let parts =
      list(rows, form.rowNames, "row", "rows")
      + list(bounds, form.columnNames, "the bounds of", "the bounds of")
    let whole = form.isDiscrete ? ", whole numbers included" : ""
    if rows.count + bounds.count == 1, isIrreducible {
      return [
        "\(parts[0]) \(rows.isEmpty ? "leave" : "leaves") no point by \(rows.isEmpty ? "themselves" : "itself")\(whole)"
      ]
    }
    let tail =
      isIrreducible
      ? "without any one of them there is a feasible point" : "it was not decided whether all of them are needed"
    return ["\(parts.joined(separator: " and ")) contradict each other\(whole); \(tail)"]
  }

  /// The members by name, as results state a conflict; nil when there are none.
  public var conflict: ResultDocument.Conflict? {
    if rows.isEmpty && bounds.isEmpty { return nil }
    return ResultDocument.Conflict(
      rows: rows.map { program.linear.rowNames[$0] }, bounds: bounds.map { program.linear.columnNames[$0] })
  }
}

extension FormulaProgram {
  /// The variables in the linear parts and formulas of these rows.
  fileprivate func variables(ofRows kept: [Int]) -> Set<Int> {
    let isKept = Set(kept)
    var used: Set<Int> = []
    for j in 0..<variableCount {
      let isHeld = linear.matrix.range(ofColumn: j).contains { isKept.contains(Int(linear.matrix.rows[$0])) }
      if isHeld { used.insert(j) }
    }
    var seen = Set(kept.compactMap { rows[$0] })
    var open = Array(seen)
    while let node = open.popLast() {
      if graph.operations[Int(node)] == .variable { used.insert(Int(graph.numbers[Int(node)])) }
      for place in graph.range(of: node) where seen.insert(graph.arguments[place]).inserted {
        open.append(graph.arguments[place])
      }
    }
    return used
  }
}
