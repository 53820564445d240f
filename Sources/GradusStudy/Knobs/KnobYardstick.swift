// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What the default does on one problem, by which other settings are measured there.
///
/// With the amount a of what is counted and its mean r over the runs of the default that came to an answer,
///
///     cost = a/r of a run with an answer,   10·limit/r of any other (PAR10),   limit = 10·r when nobody says,
///
/// so the default costs about 1 everywhere, and a problem is worth the same whatever its size. An answer counts when the
/// problem's own check supports it, when it says the same as the default's, and when its value v is no worse than the
/// worst one w of the default: v ≤ w + 10⁻⁴·max(1, |w|). Where the default has no answer, r is a tenth of what it spent.
///
/// Gaps are compared as ratios as well, from 10⁻⁶ to 1, and a run without one counts as 10. Values are compared as
/// (v − mean)/max(1, |mean|), at most 10 and none below 10⁻⁶; a run without a checked value counts as 10.
public struct KnobYardstick: Sendable, Hashable {
  public let measure: KnobMeasure
  /// What the answers of the default say; nil where it has none.
  public let answer: KnobRun.Answer?
  /// The mean of what the default needs or reaches.
  public let reference: Double
  /// The worst value among the default's answers.
  public let worst: Double?
  /// The amount at which a run is cut off.
  public let limit: Double

  /// Seconds below which no run is cut off: less is not measured well.
  static let shortestLimit = 0.1
  static let failure = 10.0
  static let smallestGap = 1e-6
  /// Relative differences of values below it are none.
  static let resolution = 1e-6

  /// From the default's runs on a problem, one for each seed. `given`: a limit that somebody set; `most`: what no limit is
  /// above.
  public init(
    _ runs: [KnobRun], _ measure: KnobMeasure, limit given: Double? = nil, most: Double = .infinity
  ) {
    precondition(!runs.isEmpty, "a yardstick needs a run of the default")
    self.measure = measure
    let answers = runs.filter { $0.answer != nil }
    // Where the default says different things, a point counts.
    answer = answers.first { $0.answer == .point }?.answer ?? answers.first?.answer
    worst = answers.filter { $0.answer == .point }.compactMap(\.value).max()
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    switch measure {
    case .value:
      reference = mean(runs.compactMap { $0.isChecked ? $0.value : nil }) ?? .nan
      limit = given ?? runs.map { $0.amount(measure) }.max() ?? 1
    case .gap:
      reference = mean(runs.compactMap(Self.gap)) ?? 1
      limit = given ?? .infinity
    case .answers, .operations, .seconds:
      let spent = runs.map { $0.amount(measure) }.max() ?? 1
      let needed = mean(answers.map { $0.amount(measure) })
      reference = needed ?? spent / 10
      let usual = max(measure == .seconds ? Self.shortestLimit : 1, needed.map { 10 * $0 } ?? spent)
      limit = given ?? min(usual, most)
    }
  }

  private static func gap(of run: KnobRun) -> Double? {
    guard run.isChecked, let gap = run.gap, !gap.isNaN else { return nil }
    return max(smallestGap, min(1, gap))
  }

  /// Whether the run came to what counts.
  public func isSolved(_ run: KnobRun) -> Bool {
    switch measure {
    case .value: return run.isChecked && run.value != nil
    case .gap: return Self.gap(of: run) != nil
    case .answers, .operations, .seconds:
      guard let said = run.answer, answer == nil || said == answer else { return false }
      guard said == .point, let worst else { return true }
      return run.value.map { $0 <= worst + 1e-4 * max(1, abs(worst)) } ?? false
    }
  }

  /// What a run costs.
  public func cost(_ run: KnobRun) -> Double {
    guard isSolved(run) else { return penalty }
    switch measure {
    case .value:
      guard let value = run.value, !reference.isNaN else { return 0 }
      let difference = min(Self.failure, (value - reference) / max(1, abs(reference)))
      return abs(difference) <= Self.resolution ? 0 : difference
    case .gap: return (Self.gap(of: run) ?? 1) / reference
    case .answers, .operations, .seconds: return run.amount(measure) / reference
    }
  }

  /// What a run costs that came to nothing.
  public var penalty: Double {
    switch measure {
    case .value: Self.failure
    case .gap: Self.failure / reference
    case .answers, .operations, .seconds: Self.failure * limit / reference
    }
  }

  /// As it is written down.
  public var json: JSONValue {
    [
      "measure": .string(measure.rawValue), "answer": JSONValue(answer?.rawValue), "reference": .number(reference),
      "worst": JSONValue(worst),
      "limit": limit.isFinite ? .number(limit) : .null,
    ]
  }

  /// Reads a yardstick back; nil where it is none.
  public init?(json: JSONValue) {
    guard let reference = json["reference"]?.double, let measure = json["measure"]?.text.flatMap(KnobMeasure.init)
    else { return nil }
    self.measure = measure
    self.reference = reference
    answer = json["answer"]?.text.flatMap(KnobRun.Answer.init)
    worst = json["worst"]?.double
    limit = json["limit"]?.double ?? .infinity
  }
}
