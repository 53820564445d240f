// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNumerics

/// The demonstration of one system: what it claims, and a program that measures it.
///
/// One entry is one file. Its figures are computed by every run and stored nowhere. `tune` may look at development seeds
/// only, to give the baselines (and the system) their best settings; `measure` sees test seeds, which are disjoint streams.
public protocol AtlasEntry: Sendable {
  /// What tuning found: settings of the baselines and of the system.
  associatedtype Tuned: Sendable

  /// A demonstration with its fixed settings.
  init()

  /// The sheet's name of the system.
  static var system: String { get }
  /// Settings and types of the library that the demonstration uses, such as `learning-to-relax` or `ChebyshevChooser`.
  static var home: String { get }
  /// What the paper measured on, and what is measured here.
  static var scale: AtlasScale { get }
  /// The deciding claims first.
  static var claims: [AtlasClaim] { get }
  /// Whether the claims hold, partly hold or do not, as last measured.
  static var standing: AtlasStanding { get }
  /// What takes the system's place when the laws ask whether the claims can fail.
  static var saboteur: AtlasSaboteur { get }

  /// Finds settings on development seeds.
  func tune(_ trial: AtlasTrial) async throws -> Tuned

  /// One observation for every claim, from one test seed. With `subject == .saboteur` the system is replaced by what
  /// `saboteur` names.
  func measure(_ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject) async throws -> [AtlasObservation]
}

extension AtlasEntry {
  public static var saboteur: AtlasSaboteur { .baseline }
}

extension AtlasEntry where Tuned == NothingTuned {
  /// Nothing is tuned.
  public func tune(_ trial: AtlasTrial) async throws -> NothingTuned { NothingTuned() }
}

/// For entries whose systems and baselines have no settings to tune.
public struct NothingTuned: Sendable, Hashable { public init() {} }

/// What takes the system's place to show that a claim can fail.
public enum AtlasSaboteur: Sendable, Hashable {
  /// The baseline of each claim is measured in the place of the system; the laws do it without the entry's help.
  case baseline
  /// The entry measures a crippled system, described here, when asked for `.saboteur`.
  case crippled(String)
}

/// Who is measured.
public enum AtlasSubject: Sendable, Hashable { case system, saboteur }

/// How much a run may cost.
public enum AtlasEffort: String, Sendable, Codable, CaseIterable {
  /// Seconds: a smaller size or horizon, said in the entry.
  case fast
  /// The size for which the claim is stated.
  case claim
}

/// One seed of a demonstration.
public struct AtlasTrial: Sendable {
  /// The number of the seed.
  public let seed: UInt64
  public let effort: AtlasEffort
  /// All randomness of this seed; development and test streams are disjoint.
  public let random: RandomStream
  private let deadline: ContinuousClock.Instant?
  private let interruption: Interruption?
  private let note: @Sendable (Double) -> Void

  init(
    seed: UInt64, effort: AtlasEffort, isDevelopment: Bool, deadline: ContinuousClock.Instant? = nil,
    interruption: Interruption? = nil,
    note: @escaping @Sendable (Double) -> Void = { _ in }
  ) {
    self.seed = seed
    self.effort = effort
    self.deadline = deadline
    self.interruption = interruption
    self.note = note
    let root = RandomStream(seed: seed)
    random = isDevelopment ? root.child("atlas development") : root.child("atlas test")
  }

  /// Says how much of this seed is done, and throws when the run was cancelled or interrupted or its time is over. Call
  /// it often.
  public func step(_ fraction: Double) throws {
    try Task.checkCancellation()
    if let interruption, interruption.isRaised { throw AtlasInterruption() }
    if let deadline, ContinuousClock.now >= deadline { throw AtlasTimeout() }
    note(max(0, min(1, fraction)))
  }

  /// `fast` where the effort is fast, else `claim`.
  public func size<T>(fast: T, claim: T) -> T { effort == .fast ? fast : claim }
}

/// The time limit of a run was reached.
public struct AtlasTimeout: Error, Sendable, CustomStringConvertible {
  public var description: String { "the time limit was reached before all seeds were measured" }
}

/// Somebody asked the run to stop.
public struct AtlasInterruption: Error, Sendable, CustomStringConvertible {
  public var description: String { "the run was interrupted before all seeds were measured" }
}

/// Chooses among settings by their mean cost on development streams.
public enum AtlasTuning {
  /// The candidate with the smallest mean cost over `repeats` children of the trial's stream; the first of equals.
  /// Costs that are no finite number count as infinite. The result has the cost beside it.
  public static func best<Candidate: Sendable>(
    of candidates: [Candidate], repeats: Int, on trial: AtlasTrial,
    cost: (Candidate, RandomStream) async throws -> Double
  ) async throws -> (candidate: Candidate, cost: Double) {
    precondition(!candidates.isEmpty && repeats > 0, "tuning needs candidates and repeats")
    var best = (candidate: candidates[0], cost: Double.infinity)
    for (i, candidate) in candidates.enumerated() {
      var total = 0.0
      for k in 0..<repeats {
        try trial.step(Double(i * repeats + k) / Double(candidates.count * repeats))
        let value = try await cost(candidate, trial.random.child("tuning", k))
        total += value.isFinite ? value : .infinity
      }
      if total / Double(repeats) < best.cost { best = (candidate, total / Double(repeats)) }
    }
    return best
  }
}
