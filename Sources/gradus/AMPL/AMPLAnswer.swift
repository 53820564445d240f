// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A result in AMPL's terms: solve code, message, duals and suffixes.
struct AMPLAnswer {
  let document: ResultDocument
  let file: NLFile
  let settings: AMPLSettings

  /// The `.sol` file.
  var solution: NLSolution {
    var solution = NLSolution(echoing: file)
    let (code, words) = outcome
    solution.code = code
    solution.message = message(words)
    solution.values = document.solution?.values ?? []
    if hasPoint { solution.duals = document.duals?.values ?? [] }
    solution.suffixes = suffixes
    return solution
  }

  private var hasPoint: Bool { document.solution != nil && document.certificate.pointChecked }

  /// The solve code and its words.
  var outcome: (code: Int, words: String) {
    switch document.status {
    case .optimal: (0, "optimal solution")
    case .locallyOptimal: (0, "locally optimal solution")
    case .stationary: (0, "stationary point")
    case .targetReached: (0, "target reached, feasible solution")
    case .infeasible: infeasible("infeasible problem")
    case .locallyInfeasible: infeasible("locally infeasible problem")
    case .unbounded:
      document.solution == nil ? (350, "unbounded problem") : (300, "unbounded problem, feasible solution")
    case .infeasibleOrUnbounded: (450, "infeasible or unbounded problem")
    case .feasible: stopped(withPoint: true)
    case .limit, .interrupted: stopped(withPoint: hasPoint)
    case .failed: (550, "the method failed")
    }
  }

  private func infeasible(_ words: String) -> (Int, String) {
    guard settings.wantsConflict else { return (200, words) }
    return document.conflict == nil ? (202, "\(words); no IIS was found") : (201, "\(words); IIS returned")
  }

  private func stopped(withPoint: Bool) -> (Int, String) {
    let (offset, words): (Int, String)
    switch document.stopped.kind {
    case .interrupt: (offset, words) = (1, "interrupted")
    case .time: (offset, words) = (2, "time limit")
    case .iterations, .answers, .cost: (offset, words) = (3, "iteration limit")
    case .nodes: (offset, words) = (4, "node limit")
    case .memory where withPoint: (offset, words) = (10, "memory limit")
    case .memory: (offset, words) = (3, "memory limit")
    case .target: (offset, words) = (6, "target")
    case .converged where withPoint: return (150, "feasible solution whose optimality was not confirmed")
    case .converged, .failure: return (550, "the method ended without a point that the check confirms")
    }
    return withPoint
      ? (400 + offset, "\(words), feasible solution") : (470 + min(offset, 4), "\(words), no feasible solution")
  }

  private func message(_ words: String) -> String {
    var lines = ["gradus \(gradusVersion): \(words)"]
    if hasPoint || document.status == .unbounded, file.objective != nil, let objective = document.objective {
      lines[0] += "; objective \(objective)"
    }
    if let gap = relativeGap, document.status == .optimal || document.status == .feasible {
      lines[0] += "; relative gap \(Numbers.short(gap))"
    }
    let voucher = document.certificate.bound
    let check = [
      document.certificate.pointChecked ? "point checked" : "point not checked",
      voucher == .none ? nil : "bound \(voucher.description)",
    ].compactMap { $0 }.joined(separator: ", ")
    if document.status.isStatement || hasPoint {
      lines.append("\(document.method.name), \(Numbers.counted(document.steps, "step")); \(check)")
    }
    if let note = document.certificate.note { lines.append(note) }
    lines += document.explanation
    return lines.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }.joined(separator: "\n")
  }

  /// |objective − bound| relative to max(1, |objective|), for problems with integer variables.
  private var relativeGap: Double? {
    guard document.problem.integerVariables > 0, let gap = document.gap, let objective = document.objective else {
      return nil
    }
    return gap / max(1, abs(objective))
  }

  private var suffixes: [NLSuffix] {
    var suffixes: [NLSuffix] = []
    func add(_ name: String, _ kind: NLSuffix.Kind, isReal: Bool = true, _ values: [(index: Int, value: Double)]) {
      if !values.isEmpty { suffixes.append(NLSuffix(name, kind, isReal: isReal, values: values)) }
    }
    // Prices belong to a point; those of an infeasible program prove that there is none, and are something else.
    if hasPoint, let costs = document.reducedCosts?.values {
      let isMinimum = document.problem.sense == .minimize
      let all = costs.enumerated().filter { $0.element != 0 }.map { (index: $0.offset, value: $0.element) }
      add("rc", .variable, all)
      // Multipliers of lower bounds have the sign of a reduced cost at its lower bound.
      add("ipopt_zL_out", .variable, all.filter { ($0.value > 0) == isMinimum })
      add("ipopt_zU_out", .variable, all.filter { ($0.value > 0) != isMinimum })
    }
    if settings.wantsConflict, let conflict = document.conflict {
      let (rows, bounds) = (Set(conflict.rows), Set(conflict.bounds))
      let linear = file.program.linear
      // 4 stands for a member of the conflict, as in AMPL's own table.
      add(
        "iis", .row, isReal: false,
        linear.rowNames.indices.filter { rows.contains(linear.rowNames[$0]) }.map { ($0, 4) })
      add(
        "iis", .variable, isReal: false,
        linear.columnNames.indices.filter { bounds.contains(linear.columnNames[$0]) }.map { ($0, 4) })
    }
    if let bound = document.bound { add("bestbound", .problem, [(0, bound)]) }
    if let gap = relativeGap { add("relmipgap", .problem, [(0, gap)]) }
    return suffixes
  }
}

extension NLSolution {
  /// An answer without numbers to `file`.
  init(echoing file: NLFile) {
    self.init()
    options = file.options
    tolerance = file.tolerance
    rowCount = file.program.constraintCount
    variableCount = file.program.variableCount
  }
}
