// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusAtlas
import GradusDashboard
import Synchronization

extension AtlasEffort: ExpressibleByArgument {}

/// What measuring commands share.
struct AtlasRunOptions: ParsableArguments, Sendable {
  @OptionGroup var output: OutputOptions

  @Argument(help: "Names of systems.")
  var names: [String] = []

  @Flag(help: "Every system that is here.")
  var all = false

  @Option(help: "How many seeds are measured; at least 5.")
  var seeds = 5

  @Option(help: "The first seed; the others follow it.")
  var seed: UInt64 = 0

  @Option(help: "Seeds measured at once.")
  var threads = 1

  @Option(help: ArgumentHelp("Stop after this time.", valueName: "seconds"))
  var timeLimit: Double?

  mutating func validate() throws {
    if all == !names.isEmpty { throw ValidationError("name one or more systems, or give --all") }
    if seeds < 5 { throw ValidationError("--seeds must be at least 5: with fewer no test can decide") }
    if seeds > 10_000 || seed > UInt64(Int.max) {
      throw ValidationError("--seeds is at most 10000, --seed a whole number")
    }
    try OptionRange.whole("--threads", threads, 1...1024)
    try OptionRange.seconds("--time-limit", timeLimit)
  }

  /// The demonstrations asked for; a system that is absent is a failure of its own.
  func entries() throws(Failure) -> [any AtlasEntry.Type] {
    if all { return Atlas.entries }
    var entries: [any AtlasEntry.Type] = []
    for name in names {
      let system = try AtlasCommand.system(named: name)
      guard let entry = Atlas.entry(of: system) else {
        throw Failure(
          .unfinished,
          "\(system.name) is absent: it is not built yet, so there is nothing to measure; "
            + "'gradus atlas list --status holds' names systems that can be run")
      }
      entries.append(entry)
    }
    return entries
  }

  func runner(effort: AtlasEffort, interruption: Interruption? = nil) -> AtlasRunner {
    let line = AtlasProgress(isQuiet: output.quiet)
    return AtlasRunner(
      effort: effort, seeds: (0..<UInt64(seeds)).map { seed + $0 }, width: threads,
      deadline: timeLimit.map { .now + .seconds($0) }, interruption: interruption, note: { line.draw($0) })
  }
}

struct AtlasRunCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Measures what systems claim, and says whether it holds.")

  @OptionGroup var options: AtlasRunOptions

  @Option(help: "fast: smaller sizes, seconds; claim: the size for which the claim is stated.")
  var budget = AtlasEffort.claim

  func execute() async throws -> ExitCode {
    let entries = try options.entries()
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let runner = options.runner(effort: budget, interruption: interruption)
    var results: [AtlasResult] = []
    var left: [String] = []
    for entry in entries {
      guard !interruption.isRaised else {
        left.append(entry.system)
        continue
      }
      do {
        let result = try await runner.run(entry)
        results.append(result)
        if !result.isComplete { left.append(entry.system) }
        if options.output.format == .text { Console.out(AtlasReport.text(result)) }
      } catch let error where error is AtlasTimeout || error is AtlasInterruption {
        left.append(entry.system)
      }
    }
    if options.output.format == .json {
      let document: JSONValue =
        options.names.count == 1 && results.count == 1
        ? AtlasReport.json(results[0])
        : [
          "schema": "gradus.results/1", "results": .array(results.map(AtlasReport.json)),
          "notRun": JSONValue(strings: left),
        ]
      Console.out(document.serialized(indented: true) + [0x0A])
    }
    if interruption.isRaised {
      throw Failure(.interrupted, "interrupted; not all seeds were measured of \(left.joined(separator: ", "))")
    }
    let broken = results.filter { $0.isComplete && $0.status != .holds }.map(\.system.name)
    if !broken.isEmpty {
      throw Failure(.refuted, "not every claim holds of \(broken.joined(separator: ", ")); see the seeds above")
    }
    guard left.isEmpty else {
      throw Failure(
        .unfinished, "the time limit left \(left.joined(separator: ", ")) unmeasured or unfinished; raise --time-limit")
    }
    return .success
  }
}

struct AtlasCheckCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tries the laws of demonstrations: claims that can fail, figures that are computed."
  )

  @OptionGroup var options: AtlasRunOptions

  @Option(help: "fast or claim, as for run.")
  var budget = AtlasEffort.fast

  func execute() async throws -> ExitCode {
    let runner = options.runner(effort: budget)
    var broken = 0
    var results: [JSONValue] = []
    for entry in try options.entries() {
      let violations: [String]
      do { violations = try await AtlasLaws.violations(of: entry, runner: runner) } catch let error as AtlasTimeout {
        throw Failure(.unfinished, "\(error) of \(entry.system)")
      }
      broken += violations.count
      results.append(["name": .string(entry.system), "violations": JSONValue(strings: violations)])
      guard options.output.format == .text else { continue }
      Console.out("\(entry.system): \(violations.isEmpty ? "every law holds" : "BROKEN")\n")
      for violation in violations { Console.out("  \(violation)\n") }
    }
    if options.output.format == .json {
      let document: JSONValue = [
        "schema": "gradus.atlas-check/1", "broken": .integer(broken), "results": .array(results),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    }
    guard broken > 0 else { return .success }
    throw Failure(.refuted, "\(Numbers.counted(broken, "law")) broken; see the sentences above")
  }
}

/// A live line on a terminal, one plain line every few seconds elsewhere.
final class AtlasProgress: Sendable {
  private let next: Mutex<Double>
  private let began = ContinuousClock.now
  private let isQuiet: Bool
  private let isLive = Console.isWatched

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    next = Mutex(Console.isWatched ? 0.2 : 3)
  }

  func draw(_ progress: AtlasRunner.Progress) {
    guard !isQuiet else { return }
    let seconds = (ContinuousClock.now - began).seconds
    next.withLock { next in
      guard seconds >= next else { return }
      next = seconds + (isLive ? 0.1 : 5)
      let line = "gradus atlas: \(progress.system) \(Int(100 * progress.fraction)) %, \(Numbers.time(seconds))"
      Console.error(isLive ? "\r\(line)\u{1B}[K" : line + "\n")
    }
  }
}
