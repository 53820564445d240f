// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What writers of programs ask: what would a language model write, and what do these programs do?
public enum CodingTurn: Query, Codable {
  case consult(prompt: String, stream: RandomStream, costEstimate: Double = 0)
  /// Runs a function of each program on inputs, and on examples whose results are known.
  case run(programs: [String], function: String, inputs: [[MiniValue]], examples: [MiniTestSuite.Case])

  /// What one program did.
  public struct Behavior: Sendable, Codable, Hashable {
    /// By input; nil: a crash, or no program.
    public var outputs: [MiniValue?]
    public var failedExamples: Int
  }

  /// What came of it.
  public enum Answer: Sendable, Codable {
    case advice(Completion)
    case behaviors([Behavior])
  }

  public static var needs: String { "a language model and a machine to run programs" }

  public var kind: String {
    switch self {
    case .consult: "completion"
    case .run: "execution"
    }
  }

  public var costEstimate: Double { if case .consult(_, _, let estimate) = self { estimate } else { 0 } }

  /// What a completion says it cost.
  public func cost(of answer: borrowing Answer) -> Double {
    if case .advice(let completion) = copy answer { completion.cost } else { 0 }
  }

  /// Asks the advisor, or runs the programs.
  public func put(to oracle: CodingOracle) async throws -> Answer {
    switch self {
    case .consult(let prompt, let stream, _): .advice(try await oracle.advisor.complete(prompt, stream: stream))
    case .run(let programs, let function, let inputs, let examples):
      .behaviors(programs.map { oracle.behavior($0, function, inputs, examples) })
    }
  }
}

/// A language model, and limits for the programs that it writes.
public struct CodingOracle: Sendable {
  public var advisor: any LanguageModel
  public var limits: MiniLimits

  public init(advisor: any LanguageModel, limits: MiniLimits = MiniLimits(steps: 100_000, cells: 100_000, depth: 200)) {
    self.advisor = advisor
    self.limits = limits
  }

  func behavior(
    _ text: String, _ function: String, _ inputs: [[MiniValue]], _ examples: [MiniTestSuite.Case]
  ) -> CodingTurn.Behavior {
    guard let code = try? MiniCode(parsing: text) else {
      return CodingTurn.Behavior(outputs: inputs.map { _ in nil }, failedExamples: examples.count)
    }
    return CodingTurn.Behavior(
      outputs: inputs.map { code.run(function, $0, limits: limits).value },
      failedExamples: examples.count { code.run(function, $0.arguments, limits: limits).value != $0.expected })
  }
}
