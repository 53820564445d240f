// SPDX-License-Identifier: Apache-2.0
// What the memory of update rules costs: steps with it in bytes beside steps with it in 32 bits, and a training of 2.5·10⁷
// parameters with two moments, saved and resumed, beside plain writes and reads of as many bytes. In turns in one process:
// states [steps [SIZE…] | saving [FOLDER]]
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNative
import GradusNumerics

/// Seconds of the processor where one thread works, so that a busy machine is no matter; else of the clock.
func seconds(processor: Bool, _ body: () throws -> Void) rethrows -> Double {
  if processor {
    let begin = clock()
    try body()
    return Double(clock() - begin) / Double(CLOCKS_PER_SEC)
  }
  let begin = ContinuousClock.now
  try body()
  let (whole, atto) = (ContinuousClock.now - begin).components
  return Double(whole) + Double(atto) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Steps of a rule with its memory in bytes and in 32 bits, in turns.
func compare<Rule: CataloguedRule & FusedRule>(_ rule: Rule, _ n: Int, threads: Int) {
  let crew = threads > 1 ? WorkCrew(width: threads) : nil
  let layout = Layout([("w", [n])])
  var parameters = (0..<n).map { Float(($0 &* 2_654_435_761) % 1009) * 1e-3 - 0.5 }
  let gradient = (0..<n).map { Float(($0 &* 40503) % 997) * 1e-3 - 0.5 }
  let short = Quantized(rule)
  var (whole, bytes) = (rule.start(layout), short.start(layout))
  let words = rule.wordsPerParameter
  let moved = Double(12 * n + 2 * bytes.byteCount) / (Double(n) * 4 * (3 + 2 * words))
  let times = max(1, 2_000_000 / n)
  var (short32, short8, ratios) = ([Double](), [Double](), [Double]())
  var step = 0
  for round in 0..<(n > 10_000_000 ? 15 : 41) {
    var pair = (0.0, 0.0)
    for k in 0..<2 {
      let taken = seconds(processor: threads == 1) {
        for _ in 0..<times {
          step += 1
          let context = StepContext(step: step, crew: crew)
          var span = parameters.mutableSpan
          if (k + round) % 2 == 0 {
            rule.update(&span, gradient: gradient.span, state: &whole, layout: layout, context: context)
          } else {
            short.update(&span, gradient: gradient.span, state: &bytes, layout: layout, context: context)
          }
        }
      }
      if (k + round) % 2 == 0 { pair.0 = taken / Double(times) } else { pair.1 = taken / Double(times) }
    }
    short32.append(pair.0)
    short8.append(pair.1)
    ratios.append(pair.1 / pair.0)
  }
  let name = "\(Rule.card.name), \(n) parameters, \(threads) threads"
  print(
    "\(name): \(1e3 * median(short32)) ms in 32 bits, \(1e3 * median(short8)) ms in bytes, at best \(1e3 * (short32.min() ?? 0)) and \(1e3 * (short8.min() ?? 0))"
  )
  print("\(name), bytes moved in 32 bits / in bytes: \(1 / moved) (at least 1.3)")
  print("\(name), time in bytes / in 32 bits: \(median(ratios)) (limit 1)")
  fflush(nil)
}

/// An oracle whose gradient is the point itself.
struct Pull: MinibatchOracle {
  func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> { Linearization(value: 1, gradient: point) }
}

/// Plain C: the bytes written and flushed.
func write(_ bytes: [UInt8], to path: String) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  var done = 0
  bytes.withUnsafeBytes { raw in
    while done < raw.count, let base = raw.baseAddress {
      done += max(0, write(descriptor, base + done, raw.count - done))
    }
  }
  guard fsync(descriptor) == 0, close(descriptor) == 0 else { exit(3) }
}

/// Plain C: the bytes read into memory of their own.
func read(_ path: String, _ count: Int) -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  defer { close(descriptor) }
  return [UInt8](unsafeUninitializedCapacity: count) { target, got in
    while got < count, let base = target.baseAddress {
      let more = read(descriptor, base + got, count - got)
      guard more > 0 else { exit(3) }
      got += more
    }
  }
}

/// A training of n parameters by Adam: saved, read, resumed, and one step on from there.
func save(_ n: Int, in folder: String) async throws {
  let problem = Training(
    layout: Layout([("w", [n])]), start: Buffer((0..<n).map { Float($0 % 1009) * 1e-3 - 0.5 }), observationCount: 4,
    modelFingerprint: 1, dataFingerprint: 2)
  let method = Trainer(AdamW(), batchSize: 1, steps: 1000)
  let run = try Run(problem, by: method, asking: Pull())
  for _ in 0..<2 { _ = try await run.step() }
  let (ours, theirs) = ("\(folder)/states.checkpoint", "\(folder)/states.plain")
  defer {
    unlink(ours)
    unlink(theirs)
  }
  try run.save(to: ours)
  let bytes = read(ours, try FileManager.default.attributesOfItem(atPath: ours)[.size] as? Int ?? 0)
  /// Seconds of the clock and of the processor, of each of the four.
  var times: [[Double]] = [[], [], [], []]
  var work: [[Double]] = [[], [], [], []]
  func record(_ k: Int, _ body: () throws -> Void) rethrows {
    work[k].append(try seconds(processor: true) { times[k].append(try seconds(processor: false, body)) })
  }
  for round in 0..<9 {
    for k in 0..<2 {
      if (k + round) % 2 == 0 {
        try record(0) { try run.save(to: ours) }
      } else {
        record(1) { write(bytes, to: theirs) }
      }
    }
    for k in 0..<2 {
      if (k + round) % 2 == 0 {
        try record(2) {
          _ = try Run<Trainer<AdamW>>(resuming: Checkpoint(contentsOf: ours), of: problem, asking: Pull())
        }
      } else {
        record(3) { _ = read(theirs, bytes.count) }
      }
    }
  }
  let resumed = try Run<Trainer<AdamW>>(resuming: Checkpoint(contentsOf: ours), of: problem, asking: Pull())
  guard resumed.state.parameters == run.state.parameters else { exit(4) }
  _ = try await resumed.step()
  _ = try await run.step()
  guard resumed.state.parameters == run.state.parameters else { exit(4) }
  let name = "training of \(n) parameters with two moments"
  print("\(name): \(Double(bytes.count) / 1e6) MB")
  for (k, what) in ["saving", "plain write and flush", "resuming", "plain read"].enumerated() {
    let limit = k % 2 == 0 ? " (limit 1)" : ""
    print("\(name), \(what): \(median(times[k])) s\(limit), \(median(work[k])) s of the processor")
  }
  let ratio = median(zip(times[0], times[1]).map { $0 / $1 })
  print("\(name), saving / plain write and flush: \(ratio) (limit 1.25)")
}

let arguments = CommandLine.arguments
let what = arguments.count > 1 ? arguments[1] : "all"
if what == "steps" || what == "all" {
  let sizes = arguments.dropFirst(2).compactMap { Int($0) }
  for n in sizes.isEmpty ? [1_000_000, 25_000_000] : sizes {
    for threads in [1, 2] {
      compare(AdamW(), n, threads: threads)
      compare(SGD(), n, threads: threads)
      compare(Lion(), n, threads: threads)
    }
  }
}
if what == "saving" || what == "all" {
  try await save(25_000_000, in: arguments.count > 2 ? arguments[2] : FileManager.default.currentDirectoryPath)
}
