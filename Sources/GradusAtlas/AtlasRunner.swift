// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Measures demonstrations: tunes once on a development seed, then runs the test seeds, several at a time.
public struct AtlasRunner: Sendable {
  /// How far a run is.
  public struct Progress: Sendable {
    public var system: String
    /// Of this demonstration, tuning included.
    public var fraction: Double
  }

  public var effort: AtlasEffort
  /// At least five: with fewer no test can decide.
  public var seeds: [UInt64]
  /// How many seeds are measured at a time. It never changes what is measured.
  public var width: Int
  public var deadline: ContinuousClock.Instant?
  /// Asks the run to stop.
  public var interruption: Interruption?
  public var note: @Sendable (Progress) -> Void

  public init(
    effort: AtlasEffort = .claim, seeds: [UInt64] = [1, 2, 3, 4, 5], width: Int = 1,
    deadline: ContinuousClock.Instant? = nil, interruption: Interruption? = nil,
    note: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    precondition(Set(seeds).count >= 5, "a claim needs at least five different seeds")
    precondition(width > 0, "at least one seed is measured at a time")
    self.effort = effort
    self.seeds = seeds
    self.width = width
    self.deadline = deadline
    self.interruption = interruption
    self.note = note
  }

  /// The verdicts on every claim of the entry.
  ///
  /// When time is over or somebody interrupts, the result holds the seeds that were finished; where none was, this throws
  /// `AtlasTimeout` or `AtlasInterruption`. Throws `CancellationError` and what the entry throws as well.
  public func run<E: AtlasEntry>(_ type: E.Type, subject: AtlasSubject = .system) async throws -> AtlasResult {
    guard let system = Atlas.system(named: E.system) else { throw AtlasFault("no sheet holds '\(E.system)'") }
    let began = ContinuousClock.now
    let (all, stop) = try await measured(E(), tuned: try await tuned(E()), subject: subject)
    let finished = zip(seeds, all).compactMap { seed, observed in observed.map { (seed: seed, observed: $0) } }
    if let stop, finished.isEmpty { throw stop }
    let verdicts = E.claims.map { claim in
      AtlasVerdict(
        claim,
        finished.compactMap { seed, observed in observed.first { $0.claim == claim.key }.map { (seed, $0) } })
    }
    let elapsed = (ContinuousClock.now - began).components
    return AtlasResult(
      system: system, scale: E.scale, home: E.home, effort: effort, standing: E.standing,
      verdicts: verdicts.filter { $0.claim.rank == 0 } + verdicts.filter { $0.claim.rank == 1 }
        + verdicts.filter { $0.claim.rank == 2 },
      seeds: finished.map(\.seed), missing: zip(seeds, all).filter { $0.1 == nil }.map(\.0),
      seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
  }

  /// What every seed showed, in the order of the seeds.
  func observations<E: AtlasEntry>(
    _ entry: E, tuned: E.Tuned, subject: AtlasSubject
  ) async throws -> [[AtlasObservation]] {
    let (all, stop) = try await measured(entry, tuned: tuned, subject: subject)
    if let stop { throw stop }
    return all.compactMap(\.self)
  }

  /// What is chosen on a seed that nothing is measured on.
  func tuned<E: AtlasEntry>(_ entry: E) async throws -> E.Tuned {
    try await entry.tune(trial(E.self, seed: 0, turn: 0, isDevelopment: true))
  }

  private func trial<E: AtlasEntry>(_ type: E.Type, seed: UInt64, turn: Int, isDevelopment: Bool = false) -> AtlasTrial
  {
    let (total, name) = (Double(seeds.count + 1), E.system)
    return AtlasTrial(
      seed: seed, effort: effort, isDevelopment: isDevelopment, deadline: deadline, interruption: interruption
    ) { [note] in
      note(Progress(system: name, fraction: (Double(turn) + $0) / total))
    }
  }

  /// What every finished seed showed, and why others were not finished.
  private func measured<E: AtlasEntry>(
    _ entry: E, tuned: E.Tuned, subject: AtlasSubject
  ) async throws -> (all: [[AtlasObservation]?], stop: (any Error)?) {
    // With the baseline as saboteur, the entry measures as always and the baseline takes the system's place.
    let swaps = subject == .saboteur && E.saboteur == .baseline
    return try await withThrowingTaskGroup(of: (Int, Result<[AtlasObservation], any Error>).self) { group in
      var results = [[AtlasObservation]?](repeating: nil, count: seeds.count)
      var stop: (any Error)?
      var next = 0
      func launch() {
        let (k, seed) = (next, seeds[next])
        next += 1
        let trial = self.trial(E.self, seed: seed, turn: k + 1)
        group.addTask {
          do {
            let observed = try await entry.measure(trial, tuned: tuned, subject: swaps ? .system : subject)
            return (k, .success(observed))
          } catch let error where error is AtlasTimeout || error is AtlasInterruption {
            return (k, .failure(error))
          }
        }
      }
      while next < min(width, seeds.count) { launch() }
      while let (k, ending) = try await group.next() {
        switch ending {
        case .success(let observed):
          try Self.check(observed, of: E.self)
          results[k] = swaps ? observed.map(\.withBaselineMeasured) : observed
          if next < seeds.count, stop == nil { launch() }
        case .failure(let error): stop = stop ?? error
        }
      }
      return (results, stop)
    }
  }

  /// Every claim is observed once, with a baseline where it needs one.
  private static func check<E: AtlasEntry>(_ observed: [AtlasObservation], of type: E.Type) throws {
    guard observed.map(\.claim).sorted() == E.claims.map(\.key).sorted() else {
      throw AtlasFault("\(E.system) observed \(observed.map(\.claim)), but claims \(E.claims.map(\.key))")
    }
    for claim in E.claims where claim.comparison != .value {
      guard observed.first(where: { $0.claim == claim.key })?.baseline != nil else {
        throw AtlasFault("\(E.system) observed no baseline for \(claim.key)")
      }
    }
  }
}

extension AtlasObservation {
  /// The baseline in the place of the system; NaN where there is no baseline.
  var withBaselineMeasured: AtlasObservation {
    var copy = self
    copy.measured = baseline ?? .nan
    return copy
  }
}

/// A demonstration that breaks its contract.
public struct AtlasFault: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
