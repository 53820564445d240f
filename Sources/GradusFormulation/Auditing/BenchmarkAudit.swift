// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// Something that is wrong with an annotated problem, by name.
public struct AuditFinding: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What is wrong.
  public enum Fault: String, Sendable, Codable, CaseIterable {
    /// The model cannot be read.
    case unreadable
    /// Solving gives no finite optimum.
    case status
    /// The optimum is another one.
    case optimum
    case sense, integrality, kind
    /// A unit differs, or data are those of the text in another unit.
    case unit
    /// Data that the text does not name.
    case data
  }

  public var fault: Fault
  public var description: String

  public init(_ fault: Fault, _ description: String) {
    self.fault = fault
    self.description = description.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// Holds the labels of annotated problems against their models, the models against a solver, and the data against the words.
///
///     rebuild: the statement is written, read and solved
///     compare: status and optimum, sense, kind of model, whole-number variables, units
///     data:    every number of a parameter stands in the text; where all do but for one factor – 60, 1000, … –, a unit slipped
///
/// Any `FiveElementStatement` can be audited; `readsData` is switched off for texts whose data stand elsewhere. An answer alone can
/// be compared with nothing: benchmarks that hold no more cannot be audited at all.
///
/// Source: Yang et al., "Automated Optimization Modeling through Expert-Guided Large Language Model Reasoning" (2025), section 3;
/// the comparison of data with words is our own.
public struct BenchmarkAudit: Sendable {
  public var executor: ModelExecutor
  /// Relative to max(1, |optimum|).
  public var tolerance: Double
  public var readsData: Bool

  public init(executor: ModelExecutor = ModelExecutor(), tolerance: Double = 1e-4, readsData: Bool = true) {
    self.executor = executor
    self.tolerance = tolerance
    self.readsData = readsData
  }

  /// What is wrong with a problem; nothing where everything agrees. Throws what `ModelExecutor` throws. Cost: one solve.
  public func findings(_ problem: AnnotatedProblem) async throws -> [AuditFinding] {
    let statement = problem.statement
    let program: FormulaProgram
    do throws(ReadError) {
      program = try statement.program()
    } catch {
      return [AuditFinding(.unreadable, "\(error)")]
    }
    var found = labels(problem, program)
    let execution = try await executor.run(program)
    if let objective = execution.objective, execution.hasOptimum {
      if !(abs(objective - problem.optimum) <= tolerance * max(1, abs(problem.optimum))) {
        found.append(AuditFinding(.optimum, "the model has the optimum \(objective), the label \(problem.optimum)"))
      }
    } else {
      let status = execution.message ?? execution.status?.rawValue ?? "not solved"
      found.append(AuditFinding(.status, "the model is \(status), the label says \(problem.optimum)"))
    }
    if readsData { found += data(problem) }
    return found
  }

  private func labels(_ problem: AnnotatedProblem, _ program: FormulaProgram) -> [AuditFinding] {
    var found: [AuditFinding] = []
    if problem.sense != problem.statement.sense {
      found.append(
        AuditFinding(.sense, "the model says \(problem.statement.sense.rawValue), the label \(problem.sense.rawValue)"))
    }
    let integers = Set(AnnotatedProblem.integers(problem.statement)), labelled = Set(problem.integers)
    let different = integers.symmetricDifference(labelled).sorted()
    if !different.isEmpty {
      let names = different.map { "\($0) is \(integers.contains($0) ? "" : "not ")whole in the model" }
      found.append(AuditFinding(.integrality, names.joined(separator: ", ")))
    }
    let kind = AnnotatedKind(program)
    if kind != problem.kind {
      found.append(AuditFinding(.kind, "the model is \(kind.rawValue), the label \(problem.kind.rawValue)"))
    }
    let units = AnnotatedProblem.units(problem.statement)
    for name in Set(units.keys).union(problem.units.keys).sorted() where units[name] != problem.units[name] {
      found.append(
        AuditFinding(
          .unit,
          "\(name) has \(units[name] ?? "no unit") in the model and \(problem.units[name] ?? "none") in the label"))
    }
    return found
  }

  private func data(_ problem: AnnotatedProblem) -> [AuditFinding] {
    let numbers = TextNumbers(problem.text)
    var found: [AuditFinding] = []
    for parameter in problem.statement.parameters {
      let values = parameter.values.filter { $0 != 0 && $0.isFinite }
      let missing = values.filter { !numbers.holds($0) }
      guard let first = missing.first else { continue }
      let factor = ModelDifference.unitFactors.flatMap { [$0, 1 / $0] }.first { factor in
        values.allSatisfy { numbers.holds($0 / factor) }
      }
      if let factor {
        found.append(AuditFinding(.unit, "\(parameter.name) is \(factor) times what the text says"))
      } else {
        found.append(AuditFinding(.data, "the text does not name \(first) of \(parameter.name)"))
      }
    }
    return found
  }
}
