// SPDX-License-Identifier: Apache-2.0

/// How efficient a program is against a reference, in levels of growing inputs.
///
///     t*_l = most steps of the reference on a test of level l,   T = α·max_l t*_l
///     f_l = max(0, T − t_l)/(T − t*_l),   t_l = most steps of the program on a test of level l
///     e = Σ h_l·f_l / Σ h_l;   more than T steps on a test: that level and all later ones count 0, at the first level all;
///     a wrong result or a fault: e = 0
///
/// Steps take the place of seconds, so there is nothing to repeat. e > 1 says that a program takes fewer steps than the reference.
///
/// **Reference** Qiu et al., "How Efficient is LLM-Generated Code?" (ICLR 2025), section 2.
public struct EfficiencyTask: Sendable {
  /// Tests of one size, and what they weigh.
  public struct Level: Sendable {
    public var tests: MiniTestSuite
    public var hardness: Double
    /// The most steps that the reference needs.
    public var referenceSteps: Int
  }

  public let levels: [Level]
  /// T, in steps.
  public let limit: Int
  public let function: String

  /// Levels from the inputs of each, easiest first, with their hardness. Throws where the reference fails on an input.
  public init(
    _ function: String, reference: MiniCode, inputs: [[[MiniValue]]], hardness: [Double] = [0, 3, 3, 4],
    alpha: Double = 2,
    limits: MiniLimits = MiniLimits(steps: 100_000_000)
  ) throws(MiniError) {
    precondition(
      inputs.count == hardness.count && hardness.contains { $0 > 0 }, "every level has a hardness, not all 0")
    precondition(alpha > 1, "a program may be slower than the reference")
    self.function = function
    var levels: [Level] = []
    for (group, hardness) in zip(inputs, hardness) {
      var cases: [MiniTestSuite.Case] = []
      var most = 0
      for input in group {
        let run = reference.run(function, input, limits: limits)
        guard let value = run.value else {
          throw MiniError(
            MiniPlace(), "the reference fails on a test", remedy: "\(run.fault?.description ?? "repair it")")
        }
        cases.append(.init(input, value))
        most = max(most, run.steps)
      }
      levels.append(Level(tests: MiniTestSuite(function, cases), hardness: hardness, referenceSteps: most))
    }
    self.levels = levels
    limit = Int(alpha * Double(levels.map(\.referenceSteps).max() ?? 0))
  }

  /// e of a program, and whether it is right on every test that it was given time for: what pass@k counts.
  public func score(_ code: MiniCode) -> (efficiency: Double, isRight: Bool) {
    var total = 0.0
    let weights = levels.reduce(0) { $0 + $1.hardness }
    for (number, level) in levels.enumerated() {
      var most = 0
      for test in level.tests.cases {
        let run = code.run(function, test.arguments, limits: MiniLimits(steps: limit, cells: .max / 2, depth: 10_000))
        if case .stepLimit? = run.fault?.reason {
          // Later levels have larger inputs.
          return number == 0 ? (0, false) : (total / weights, true)
        }
        guard run.value == test.expected else { return (0, false) }
        most = max(most, run.steps)
      }
      total += level.hardness * Double(max(0, limit - most)) / Double(limit - level.referenceSteps)
    }
    return (total / weights, true)
  }

  /// e of a text; 0 where it is no program.
  public func score(_ text: String) -> (efficiency: Double, isRight: Bool) {
    do throws(MiniError) { return score(try MiniCode(parsing: text)) } catch { return (0, false) }
  }
}
