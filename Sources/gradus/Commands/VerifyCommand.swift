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

  @Flag(help: "Prove or refute in rational arithmetic (linear and integer linear programs).")
  var exact = false

  @Option(help: ArgumentHelp("Give proofs up after this time.", valueName: "seconds"))
  var timeLimit = 60.0

  mutating func validate() throws {
    if !(timeLimit >= 0 && timeLimit < 1e9) {
      throw ValidationError("--time-limit must be a number of seconds from 0 to 1e9")
    }
  }

  func execute() async throws -> ExitCode {
    let content = try Subject.load(file).content
    let answer = try StartFile.result(at: solution)
    let report: VerificationReport
    switch content {
    case .form(let form):
      report =
        exact
        ? Verifier().verifyExactly(form, answer, timeLimit: timeLimit) : Verifier().verify(form, answer)
    case .program where exact:
      throw Failure(.usage, "\(file) has formulas, which have no exact proof; leave out '--exact'")
    case .program(let subject): report = Verifier().verify(subject.program, answer)
    case .named, .fit:
      throw Failure(.usage, "\(file) has no formulas to verify an answer with; give a problem file")
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
