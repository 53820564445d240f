// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import GradusStudy

// studies URL TRIALS [--volatile] [--name NAME]
//
// Trials of one parameter by random points, without a command: takes each from the storage and ends it there. Prints the trials of
// this process, its seconds, and the bytes of memory it has in the end.

var words = CommandLine.arguments.dropFirst()
let isVolatile = words.contains("--volatile")
words.removeAll { $0 == "--volatile" }
var name = "throughput"
if let place = words.firstIndex(of: "--name"), place + 1 < words.endIndex {
  name = words[place + 1]
  words.removeSubrange(place...(place + 1))
}
guard words.count == 2, let url = words.first, let trials = words.last.flatMap({ Int($0) }), trials > 0 else {
  FileHandle.standardError.write(Data("usage: studies URL TRIALS [--volatile] [--name NAME]\n".utf8))
  exit(2)
}

var plan = StudyPlan(name: name)
plan.parameters = [["name": "x", "type": "float", "low": -10.0, "high": 10.0]]
plan.objectives = [.init("value", .minimize)]
let method = StudyMethod(name: "random-search", isParallel: true) { problem, seed in
  guard let box = problem.space.box else { throw StorageError("the space is no box") }
  var request = RunRequest(problems: [BoxConstrained(box), problem], oracles: [], seed: seed)
  request.answeredOutside = true
  return try MethodEntry(RandomSearch.self).open(request)
}

do {
  let storage = try StudyStorage(url)
  storage.waitsForDisk = !isVolatile
  let desk = try StudyDesk(storage, plan, method, host: "benchmark")
  let (clock, began) = (ContinuousClock(), ContinuousClock.now)
  var done = 0
  var claim = try desk.claim()
  // As `gradus tune` works: a trial ends and the next one is taken in one change. The last one ends by itself.
  while case .trial(let trial) = claim {
    let x = trial.values.first?.value.double ?? 0
    let outcome = TrialOutcome.complete(values: [x * x], constraints: [], notes: [])
    done += 1
    if done < trials {
      claim = try desk.turn(trial, outcome).claim
    } else {
      try desk.end(trial, outcome)
      break
    }
  }
  let spent = clock.now - began
  let seconds = Double(spent.components.seconds) + 1e-18 * Double(spent.components.attoseconds)
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let resident = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }?.split(separator: " ").dropFirst().first
  print("\(done) \(seconds) \((resident.flatMap { Int($0) } ?? 0) * 1024)")
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
