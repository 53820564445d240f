// SPDX-License-Identifier: Apache-2.0

/// Tests of one function: inputs with what shall come out.
public struct MiniTestSuite: Sendable, Hashable, Codable {
  /// Arguments, and the result that is right.
  public struct Case: Sendable, Hashable, Codable {
    public var arguments: [MiniValue]
    public var expected: MiniValue

    public init(_ arguments: [MiniValue], _ expected: MiniValue) {
      self.arguments = arguments
      self.expected = expected
    }
  }

  public var function: String
  public var cases: [Case]
  public var limits: MiniLimits

  public init(_ function: String, _ cases: [Case], limits: MiniLimits = MiniLimits()) {
    self.function = function
    self.cases = cases
    self.limits = limits
  }

  /// The tests that a program passes on its own results, for inputs that it has one for: of a reference, to test others by.
  public init(
    _ function: String, reference: MiniCode, inputs: [[MiniValue]], limits: MiniLimits = MiniLimits()
  ) {
    let cases = inputs.compactMap { input in
      reference.run(function, input, limits: limits).value.map { Case(input, $0) }
    }
    self.init(function, cases, limits: limits)
  }

  /// Reads, checks and tries a text.
  public func outcome(of text: String) -> MiniOutcome {
    do throws(MiniError) { return outcome(of: try MiniCode(parsing: text)) } catch { return .syntaxError(error) }
  }

  /// Tries all tests, also after one that failed.
  public func outcome(of code: MiniCode) -> MiniOutcome {
    guard let signature = code.signatures.first(where: { $0.name == function }) else {
      return .syntaxError(
        MiniError(MiniPlace(), "there is no function '\(function)'", remedy: "name it as it is called"))
    }
    let fits = cases.allSatisfy { test in
      test.arguments.count == signature.parameters.count && test.expected.has(signature.result)
        && zip(test.arguments, signature.parameters).allSatisfy { $0.has($1) }
    }
    guard fits else {
      return .syntaxError(
        MiniError(MiniPlace(), "'\(function)' has other types than its tests", remedy: "change its first line"))
    }
    var (failed, steps, peak) = (0, 0, 0)
    var profile: [Int: Int] = [:]
    var fault: MiniFault?
    for test in cases {
      let run = code.run(function, test.arguments, limits: limits)
      if let found = run.fault { fault = fault ?? found } else if run.value != test.expected { failed += 1 }
      steps += run.steps
      peak = max(peak, run.peakCells)
      profile.merge(run.profile, uniquingKeysWith: +)
    }
    if let fault { return .runtimeError(fault) }
    return failed > 0 ? .wrong(failed, of: cases.count) : .passed(steps: steps, peakCells: peak, profile: profile)
  }

  /// One test at a time: true where the result is the expected one.
  public func row(of code: MiniCode) -> [Bool] {
    cases.map { code.run(function, $0.arguments, limits: limits).value == $0.expected }
  }
}
