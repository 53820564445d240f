// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusDiscrete
import GradusNumerics
import Synchronization
import Testing

/// Lazy constraints are questions like any other: journaled, killed, resumed and replayed to the bit.
@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct CutJournalTests {
  private let tours = Tours()

  /// Counts what it is asked for.
  private final class Counting: CutOracle {
    let oracle: HighsCutOracle
    let separations = Mutex(0)
    let solves = Mutex(0)

    init(_ oracle: HighsCutOracle) { self.oracle = oracle }

    func solve(adding cuts: [LinearCut], settings: LinearSolveSettings, start: Vector?) async throws -> LinearAnswer {
      solves.withLock { $0 += 1 }
      return try await oracle.solve(adding: cuts, settings: settings, start: start)
    }

    func separate(_ point: Vector) async throws -> [LinearCut] {
      separations.withLock { $0 += 1 }
      return try await oracle.separate(point)
    }
  }

  /// Knows nothing: what a replay needs must stand in the journal.
  private struct Silent: CutOracle {
    func solve(adding cuts: [LinearCut], settings: LinearSolveSettings, start: Vector?) async throws -> LinearAnswer {
      throw OracleFailure(question: "linear program", cause: "the journal should have answered")
    }

    func separate(_ point: Vector) async throws -> [LinearCut] {
      throw OracleFailure(question: "separation", cause: "the journal should have answered")
    }
  }

  private func oracle() throws -> HighsCutOracle {
    let tours = tours
    return try HighsCutOracle(tours.degrees) { tours.subtours($0) }
  }

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @Test func aKilledRunIsResumedAndReplayedToTheBit() async throws {
    let problem = try MixedIntegerProgram(tours.degrees)
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try Run(problem, by: HighsCuts(), asking: oracle())
    while try await whole.step() {}
    let bits = try whole.checkpoint().stateBits()
    let answers = whole.progress.answers
    #expect(whole.state.isComplete && whole.state.cuts.count >= 2)
    try #require(answers >= 4)

    for kept in 1..<answers {
      let journal = folder.appendingPathComponent("journal\(kept)").path
      let saved = folder.appendingPathComponent("checkpoint\(kept)").path
      var killed: Run<HighsCuts>? = try Run(problem, by: HighsCuts(), asking: oracle())
      try await killed?.keep(FileJournal(journal))
      for step in 1...kept {
        _ = try await killed?.step()
        if step == (kept + 1) / 2 { try killed?.save(to: saved) }
      }
      killed = nil
      // A kill may leave half a line.
      let handle = try #require(FileHandle(forWritingAtPath: journal))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"event":"answered","ti"#.utf8))
      try handle.close()

      // The journal alone: what it holds is not asked again.
      let counting = try Counting(oracle())
      var resumed: Run<HighsCuts>? = try Run(problem, by: HighsCuts(), asking: counting)
      try await resumed?.keep(FileJournal(journal))
      #expect(resumed?.progress.answers == kept)
      while try await resumed?.step() == true {}
      #expect(try resumed?.checkpoint().stateBits() == bits)
      #expect(counting.solves.withLock { $0 } + counting.separations.withLock { $0 } == answers - kept)
      resumed = nil

      // A checkpoint and the journal behind it; then the whole journal: nobody is asked anything.
      for fresh in [false, true] {
        let replayed: Run<HighsCuts> =
          try fresh
          ? Run(problem, by: HighsCuts(), asking: Silent())
          : Run(resuming: Checkpoint(contentsOf: saved), of: problem, asking: Silent())
        try await replayed.keep(FileJournal(journal))
        #expect(replayed.progress.answers == answers)
        #expect(try await replayed.step() == false)
        #expect(try replayed.checkpoint().stateBits() == bits)
        #expect(replayed.report.value == whole.report.value)
        replayed.stopKeeping()
      }
    }
  }

  @Test func aJournalOfAnotherProblemIsRefused() async throws {
    let journal = MemoryJournal()
    let run = try Run(MixedIntegerProgram(tours.degrees), by: HighsCuts(), asking: oracle())
    try await run.keep(journal)
    _ = try await run.step()
    var other = tours.degrees
    other.costs[0] += 1
    let stranger = try Run(MixedIntegerProgram(other), by: HighsCuts(), asking: oracle())
    await #expect(throws: JournalMismatch.self) { try await stranger.keep(journal) }
  }
}
