// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics
import Synchronization

/// Tries settings on items, block by block, beside the settings that are in use.
///
///     objective   tokens an item
///     constraint  −`loss` − (accuracy − that of the settings in use on the same items) ≤ 0
///     race        after each block: a trial whose paired interval lies below −`loss` ends there
public final class DecodingBench: VectorOracle {
  public typealias Point = Vector

  /// What one trial showed.
  public struct Trial: Sendable, Hashable {
    public var settings: DecodingSettings
    /// Tokens an item, and the share of right answers.
    public var tokens: Double
    public var accuracy: Double
    public var race: PairedRace
    /// Whether it was ended before all items were answered.
    public var isDropped: Bool

    /// Tokens for a right answer; infinite where there is none.
    public var tokensPerRight: Double { accuracy > 0 ? tokens / accuracy : .infinity }
  }

  public let system: any DecodingSystem
  /// The settings in use.
  public let usual: DecodingSettings
  /// Items that trials are compared on.
  public let items: Range<Int>
  /// The accuracy that may be lost.
  public let loss: Double
  public let block: Int
  /// Of the interval that ends a trial; ∞: none is ended.
  public let z: Double
  private let answers: [DecodingOutcome]
  private let log = Mutex<[Trial]>([])

  /// Answers all items with the settings in use. Throws what the system throws.
  public init(
    _ system: any DecodingSystem, usual: DecodingSettings, items: Range<Int>, loss: Double = 0.01, block: Int = 50,
    z: Double = 2.5
  ) throws {
    precondition(!items.isEmpty && block > 0, "items in blocks")
    (self.system, self.usual, self.items) = (system, usual, items)
    (self.loss, self.block, self.z) = (loss, block, z)
    answers = try system.outcomes(usual, items: items)
  }

  /// In the order in which they were told.
  public var trials: [Trial] { log.withLock { $0 } }

  /// Of the settings in use.
  public var usualTrial: Trial {
    Trial(
      settings: usual, tokens: Self.tokens(answers), accuracy: Self.accuracy(answers), race: PairedRace(),
      isDropped: false)
  }

  private static func tokens(_ all: [DecodingOutcome]) -> Double {
    all.isEmpty ? 0 : Double(all.reduce(0) { $0 + $1.tokens }) / Double(all.count)
  }

  private static func accuracy(_ all: [DecodingOutcome]) -> Double {
    all.isEmpty ? 0 : Double(all.count { $0.isRight }) / Double(all.count)
  }

  /// One trial, not noted.
  public func trial(_ settings: DecodingSettings) throws -> Trial {
    var race = PairedRace(), found: [DecodingOutcome] = []
    var isDropped = false
    while found.count < items.count, !isDropped {
      let first = items.lowerBound + found.count
      let new = try system.outcomes(settings, items: first..<min(first + block, items.upperBound))
      for (own, other) in zip(new, answers[found.count...]) { race.tell(own.isRight, against: other.isRight) }
      found += new
      isDropped = found.count < items.count && race.isBelow(-loss, z: z)
    }
    return Trial(
      settings: settings, tokens: Self.tokens(found), accuracy: Self.accuracy(found), race: race, isDropped: isDropped)
  }

  public func outcomes(at point: Vector) async throws -> Outcomes {
    let trial = try trial(DecodingSettings(point))
    log.withLock { $0.append(trial) }
    return Outcomes(objectives: [trial.tokens], constraints: [-loss - trial.race.mean])
  }
}
