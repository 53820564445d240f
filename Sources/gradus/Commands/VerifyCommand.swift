// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

struct VerifyCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks an answer with code that shares nothing with the solvers.")

  @OptionGroup var output: OutputOptions

  @Argument(help: "The problem file.")
  var file: String

  @Argument(help: "A result, as '--solution FILE' or '--format json' wrote it.")
  var solution: String

  @OptionGroup var data: DataOptions

  @Flag(help: "Prove or refute in rational arithmetic (linear and integer linear programs).")
  var exact = false

  @Flag(help: "Prove an integer optimum again by a search with safe rounding.")
  var prove = false

  @Option(help: ArgumentHelp("Give --prove up after this many boxes.", valueName: "count"))
  var nodes = 1_000_000

  @Option(help: ArgumentHelp("Give proofs up after this time.", valueName: "seconds"))
  var timeLimit = 60.0

  mutating func validate() throws {
    if prove { try OptionRange.atLeastOne(("--nodes", nodes)) }
    try OptionRange.seconds("--time-limit", timeLimit)
  }

  func execute() async throws -> ExitCode {
    let content = try Subject.load(file, task: data.task).content
    let answer = try StartFile.result(at: solution)
    var report: VerificationReport
    switch content {
    case .form(let form):
      report = try checked(form, answer)
    case .program where exact || prove:
      throw Failure(.usage, "\(file) has formulas, which have no such proof; leave out '--exact' and '--prove'")
    case .program(let subject): report = Verifier().verify(subject.program, answer)
    case .training where exact || prove:
      throw Failure(.usage, "\(file) is a training problem, which has no such proof; leave out '--exact' and '--prove'")
    case .training(let training, let table): report = Verifier().verify(training, of: table, answer)
    case .named, .fit:
      throw Failure(.usage, "\(file) has no formulas to verify an answer with; give a problem file")
    }
    if answer.sensitivity?.parameters.isEmpty == false, report.outcome != .refuted {
      report = report.adding(try checkedData(answer))
    }
    switch output.format {
    case .text: Console.out(text(report))
    case .json: Console.out(json(report).serialized(indented: true) + [0x0A])
    }
    if report.outcome == .refuted {
      Console.error("gradus: \(solution) is refuted; its claims do not hold for \(file)\n")
    }
    return ExitCode(rawValue: report.exitCode) ?? .failed
  }

  private func checked(_ form: StandardForm, _ answer: ResultDocument) throws -> VerificationReport {
    if prove {
      let relaxation = try HighsRelaxation(form)
      let report = try Verifier().prove(form, answer, timeLimit: timeLimit, nodeLimit: nodes) {
        try relaxation.solve(lower: $0, upper: $1)
      }
      if !exact || report.outcome == .refuted { return report }
      return report.joined(with: Verifier(effort: 0).verifyExactly(form, answer, timeLimit: timeLimit))
    }
    return exact
      ? Verifier().verifyExactly(form, answer, timeLimit: timeLimit) : Verifier().verify(form, answer)
  }

  /// Derivatives with respect to the data of a five-element model.
  private func checkedData(_ answer: ResultDocument) throws -> VerificationReport {
    guard let data = try FiveElementData(path: file, limit: SolveSession.parameterLimit) else {
      throw Failure(.usage, "\(file) has no named data, but \(solution) has derivatives with respect to some")
    }
    return Verifier().verify(data, answer)
  }

  private func text(_ report: VerificationReport) -> String {
    var text =
      "\(file): \(report.outcome == .unchecked ? "not everything could be checked" : report.outcome.rawValue)\n"
    for claim in report.claims { text += "  \(claim.finding.rawValue): \(claim.text)\n" }
    if report.claims.isEmpty { text += "  the answer makes no claim that can be checked\n" }
    return text
  }

  private func json(_ report: VerificationReport) -> JSONValue {
    [
      "schema": "gradus.verification/1", "file": .string(file), "solution": .string(solution),
      "outcome": .string(report.outcome.rawValue), "summary": .string(report.summary),
      "certificate": ["kind": .string((report.certificate ?? .none).rawValue)],
      "claims": .array(
        report.claims.map { claim in
          [
            "subject": .string(claim.subject), "finding": .string(claim.finding.rawValue),
            "text": .string(claim.text),
            "residuals": .object(
              claim.residuals.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .number($0.value)) }),
          ]
        }),
    ]
  }
}
