// SPDX-License-Identifier: Apache-2.0
import Gradus

extension SolveSession {
  /// Derivatives with respect to at most this many numbers of a model, …
  static let parameterLimit = 200
  /// … and rows, variables and numbers of so many models that are read again.
  private static let readingLimit = 4_000_000

  /// Adds how the optimum answers to the data of a five-element model: df/dθ and dx/dθ for its numbers.
  func addParameterDerivatives(_ document: inout ResultDocument) async {
    guard !subject.argument.hasPrefix(Subject.namedPrefix), let solution = document.solution,
      [.optimal, .locallyOptimal, .stationary].contains(document.status)
    else { return }
    var sensitivity = document.sensitivity ?? Sensitivity()
    // What has no derivative with respect to sides has none with respect to numbers, for the same reason.
    if sensitivity.note != nil { return }
    do {
      guard let data = try FiveElementData(path: subject.argument, limit: Self.parameterLimit) else { return }
      let program = data.program
      guard !program.linear.isDiscrete, data.count > 0 else { return }
      let size = 1 + program.variableCount + program.constraintCount + data.count
      let entries = Array(data.entries.prefix(Self.readingLimit / size))
      let found = try await derivatives(of: program, data, entries, solution, document)
      let sign: Double = program.linear.sense == .minimize ? 1 : -1
      for entry in found.parameters {
        // Adding 0 turns −0 into 0.
        sensitivity.parameters[entries[entry.index].name] = .init(
          objective: sign * entry.objective + 0, point: entry.point.map { $0 + 0 })
      }
      var notes = found.refused.prefix(3).map {
        "no derivative with respect to \(entries[$0.index].name), which cannot be moved: \($0.reason)"
      }
      if found.refused.count > 3 { notes.append("and \(found.refused.count - 3) more without") }
      if entries.count < data.count {
        notes.append("derivatives with respect to the first \(entries.count) of \(data.count) numbers of the model")
      }
      if !notes.isEmpty { sensitivity.note = notes.joined(separator: "; ") }
    } catch let refusal as ParametricSensitivity.Refusal {
      let reason = refusal.describe(
        row: { "row '\(subject.rowNames[$0])'" }, variable: { "'\(subject.columnNames[$0])'" })
      sensitivity.note = "no derivatives with respect to parameters: \(reason)"
    } catch {
      sensitivity.note = "no derivatives with respect to parameters: \(error)"
    }
    document.sensitivity = sensitivity
  }

  private func derivatives(
    of program: FormulaProgram, _ data: FiveElementData, _ entries: [FiveElementData.Entry],
    _ solution: NamedNumbers, _ document: ResultDocument
  ) async throws -> ParametricSensitivity {
    let sign: Double = program.linear.sense == .minimize ? 1 : -1
    let y = document.duals.map { sign * Vector($0.values) } ?? .zeros(program.constraintCount)
    let values = Vector(entries.map(\.value))
    let extra = NonlinearKKT.Extra(values) { moved in
      guard let k = moved.indices.first(where: { moved[$0] != values[$0] }) else {
        return .init(program)
      }
      let other = try data.program(moving: entries[k], by: moved[k] - values[k])
      guard other.linear.columnNames == program.linear.columnNames, other.linear.rowNames == program.linear.rowNames
      else { throw ImplicitError.shape("the model for another value of it has other variables or rows") }
      return .init(other)
    }
    return try await ParametricSensitivity(
      program.nonlinearProgram(), at: Vector(solution.values), multipliers: y, asking: FormulaOracle(program),
      extra: extra)
  }
}
