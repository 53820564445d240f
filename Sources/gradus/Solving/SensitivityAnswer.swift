// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

extension SolveSession {
  /// Adds how the optimum answers to changes: ranges of a linear program, derivatives of a nonlinear one.
  func addSensitivity(_ document: inout ResultDocument) async throws {
    guard request.wantsSensitivity else { return }
    switch subject.content {
    case .form(let form) where form.kindName == "LP":
      guard document.status == .optimal, let basis = document.basis else {
        return document.sensitivity = .missing("ranges belong to an optimal basis, and there is none")
      }
      document.sensitivity =
        try LinearRanging.of(form, basis: basis)
        ?? .missing("the basis is not confirmed as optimal, so there are no ranges")
    case .form(let form) where form.kindName == "QP":
      guard let program = try? FormulaProgram(form) else { return }
      await derive(SolvableProgram(program), &document)
    case .program(let program) where !program.isDiscrete: await derive(program, &document)
    default:
      document.sensitivity = .missing(
        "sensitivity is computed for linear programs and for continuous programs of formulas only")
    }
    await addParameterDerivatives(&document)
    document.seconds = request.elapsed
  }

  private func derive(_ subject: SolvableProgram, _ document: inout ResultDocument) async {
    guard [.optimal, .locallyOptimal, .stationary].contains(document.status), let x = document.solution else {
      return document.sensitivity = .missing("derivatives belong to an optimum, and there is none")
    }
    let program = subject.program
    let sign: Double = program.linear.sense == .minimize ? 1 : -1
    let y = document.duals.map { sign * Vector($0.values) } ?? Vector.zeros(program.constraintCount)
    do {
      let found = try await ParametricSensitivity(
        program.nonlinearProgram(), at: Vector(x.values), multipliers: y, asking: subject.oracle)
      var sensitivity = Sensitivity()
      for entry in found.rows {
        sensitivity.sides[program.linear.rowNames[entry.row]] = .init(
          objective: sign * entry.objective, point: entry.point)
      }
      for entry in found.bounds {
        sensitivity.bounds[program.linear.columnNames[entry.variable]] = .init(
          objective: sign * entry.objective, point: entry.point)
      }
      document.sensitivity = sensitivity
    } catch let refusal as ParametricSensitivity.Refusal {
      document.sensitivity = .missing(
        refusal.describe(
          row: { "row '\(program.linear.rowNames[$0])'" }, variable: { "'\(program.linear.columnNames[$0])'" }))
    } catch {
      document.sensitivity = .missing("\(error)")
    }
  }
}

extension Sensitivity {
  fileprivate static func missing(_ note: String) -> Sensitivity {
    var sensitivity = Sensitivity()
    sensitivity.note = note
    return sensitivity
  }
}

extension ResultText {
  /// Ranges and derivatives in tables; empty when none were asked for.
  var sensitivity: [String] {
    guard let sensitivity = document.sensitivity else { return [] }
    var lines: [String] = []
    func ranges(_ title: String, _ table: [String: Sensitivity.Range]) {
      guard !table.isEmpty else { return }
      var text = Table(["  \(title)", "now", "from", "to"], numeric: [1, 2, 3])
      for (name, range) in table.sorted(by: { $0.key < $1.key }).prefix(limit) {
        text.rows.append(
          ["  \(name)", Numbers.short(range.value), Numbers.short(range.from), Numbers.short(range.to)])
      }
      lines += ["", trimmed(text.text) + rest(table.count)]
    }
    func derivatives(_ title: String, _ table: [String: Sensitivity.Derivative]) {
      guard !table.isEmpty else { return }
      var text = Table(["  \(title)", "objective", "largest change of a variable"], numeric: [1])
      for (name, entry) in table.sorted(by: { $0.key < $1.key }).prefix(limit) {
        let j = entry.point.indices.max { abs(entry.point[$0]) < abs(entry.point[$1]) }
        let names = document.solution?.names
        let change = j.flatMap { j in names.map { "\($0[j]) \(Numbers.short(entry.point[j]))" } } ?? "–"
        text.rows.append(["  \(name)", Numbers.short(entry.objective), change])
      }
      lines += ["", trimmed(text.text) + rest(table.count)]
    }
    ranges("cost of", sensitivity.costs)
    ranges("side of", sensitivity.sideRanges)
    ranges("bound of", sensitivity.boundRanges)
    derivatives("per unit of side", sensitivity.sides)
    derivatives("per unit of bound", sensitivity.bounds)
    derivatives("per unit of parameter", sensitivity.parameters)
    if let note = sensitivity.note { lines += ["  sensitivity \(note)"] }
    return lines
  }

  private func trimmed(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }

  private func rest(_ count: Int) -> String {
    count > limit ? "\n  … \(Numbers.count(count - limit)) more; --solution FILE writes all" : ""
  }
}
