// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
import GradusDiscrete
import GradusLanguage
import GradusModeling
import GradusNumerics

/// One answer of a model: read, solved, and compared with the words.
struct FormulationCheck: Sendable {
  let problem: WordProblem
  let executor: ModelExecutor
  let solves: Bool
  let stages: [String]

  /// What was found out about an answer.
  struct Finding: Sendable {
    /// nil where the answer is no model.
    var document: JSONValue?
    var model: String?
    var execution: ModelExecution?
    var missing: [String] = []
    var messages: [FormulationMessage] = []
    var doubts: [FormulationDoubt] = []

    var isHard: Bool { messages.contains(where: \.isHard) }

    /// Smaller is better: a model that was read, an optimum, few doubts.
    var rank: [Int] {
      [model == nil ? 1 : 0, isHard ? 1 : 0, messages.count]
    }
  }

  /// A short text may ask for a large model.
  static let expansion = ExpansionLimits(steps: 20_000_000, members: 1_000_000)

  /// Messages of one kind that a model is told at once.
  static let limit = 12

  func callAsFunction(_ reply: String, isCut: Bool = false) async throws -> Finding {
    var finding = Finding()
    guard let answer = JSONFinder.object(in: reply) else {
      let cause = isCut ? "the answer was cut off at the limit of tokens" : "the answer holds no JSON object"
      finding.messages = [FormulationMessage(.form, "\(cause); write the object alone, and shorter")]
      return finding
    }
    if let missing = answer["missing"]?.elements?.compactMap(\.text).filter({ !$0.isEmpty }), !missing.isEmpty {
      finding.missing = missing.prefix(Self.limit).map { Self.plain($0) }
      return finding
    }
    if let fault = JSONSchema(FormulationPrompt.schema(stages: FormulationPrompt.stages)).fault(of: answer) {
      finding.messages = [FormulationMessage(.form, fault)]
      return finding
    }
    let document = ModelNotation.document(answer)
    finding.document = document
    guard answer["minimize"] != nil || answer["maximize"] != nil, document["variables"]?.members?.isEmpty == false
    else {
      finding.messages = [FormulationMessage(.form, "the object has no variables, or neither minimize nor maximize")]
      return finding
    }
    // The text of a stranger opens no file here.
    if let entry = document["parameters"]?.members?.first(where: { $0.value["file"] != nil }) {
      let told = "the parameter \(Self.plain(entry.name)) is read from a file; write its values"
      finding.messages = [FormulationMessage(.form, told)]
      return finding
    }
    let program: FormulaProgram
    let text = ModelNotation.json(document)
    do throws(ReadError) {
      program = try FiveElementModel.parse(FileBytes(path: "model", text: text), .json, limits: Self.expansion).program
    } catch {
      finding.messages = [FormulationMessage(.reader, Self.told(error, text))]
      return finding
    }
    finding.model = ModelNotation.yaml(document)
    if solves {
      let execution = try await executor.run(program)
      finding.execution = execution
      if let told = try await fault(execution, program) { finding.messages.append(FormulationMessage(.solver, told)) }
    }
    finding.doubts = NumberJudge(problem).doubts(of: document)
    finding.doubts += MixedUnits.doubts(problem, document)
    if let doubt = WholeThings.doubt(problem.text, document) { finding.doubts.append(doubt) }
    finding.messages += finding.doubts.prefix(Self.limit).map { FormulationMessage(.judge, $0.text) }
    return finding
  }

  /// The reader's message with the line that it is about: the model has not numbered its own.
  static func told(_ error: ReadError, _ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(error.line - 1) else { return plain("\(error)") }
    return plain("\(error)") + "; the line is: " + plain(lines[error.line - 1].trimmed)
  }

  static func plain(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 300 ? line.prefix(299) + "…" : line
  }

  /// What is wrong with an answer of the solver; nil where there is an optimum.
  private func fault(_ execution: ModelExecution, _ program: FormulaProgram) async throws -> String? {
    if execution.hasOptimum { return nil }
    switch execution.status {
    case .infeasible, .locallyInfeasible:
      return
        "no values fulfil all constraints: \(await conflict(program) ?? "look for a sign or a number that is wrong")"
    case .unbounded: return Self.unbounded
    case .feasible where try await isUnbounded(program): return Self.unbounded
    case .infeasibleOrUnbounded: return "the model has no values, or its objective no limit"
    case let status?: return "the solver ended with \(status.rawValue) and no optimum within \(executor.timeLimit) s"
    case nil: return Self.plain(execution.message ?? "the model could not be solved")
    }
  }

  private static let unbounded =
    "the objective has no limit: a bound or a constraint is missing, or minimize and maximize are confused"

  /// Whether an integer program that has values has no limit: that of its relaxation, as its data are rational. Solvers may not
  /// say so.
  private func isUnbounded(_ program: FormulaProgram) async throws -> Bool {
    guard program.isLinear, program.linear.kinds.allSatisfy({ $0 == .integer || $0 == .continuous }) else {
      return false
    }
    var relaxed = program
    relaxed.linear.kinds = relaxed.linear.kinds.map { _ in .continuous }
    return try await executor.run(relaxed).status == .unbounded
  }

  /// The rows that contradict each other, of linear models of moderate size.
  private func conflict(_ program: FormulaProgram) async -> String? {
    guard let form = try? program.standardForm(), form.quadratic == nil, form.quadraticTerms.isEmpty,
      form.constraintCount <= 2000
    else { return nil }
    let explainer = InfeasibilityExplainer(timeLimit: 2, solveLimit: 300, nodeLimit: 1000) { try HighsOracle($0) }
    guard let found = try? await explainer.explain(form) else { return nil }
    let lines = found.sentences(in: form)
    return lines.isEmpty ? nil : Self.plain(lines.prefix(6).joined(separator: "; "))
  }
}
