// SPDX-License-Identifier: Apache-2.0
// Processes that the tests of storage need beside their own.
//
//     StorageFixture append URL NAME COUNT    COUNT changes, each of two trials with an attribute NAME-k; not durable
//     StorageFixture claim URL NAME           begins and ends waiting trials until there are none
//     StorageFixture fill URL BYTES           changes until the disk, limited to files of BYTES, is full; prints the number of
//                                             those that were taken, and the error
import GradusCore
import GradusStudy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

let words = CommandLine.arguments
guard words.count > 2 else { exit(2) }
let storage = try StudyStorage(words[2])
let study = try storage.change { $0.createStudy("s", [.minimize]) }

switch words[1] {
case "append":
  for k in 0..<(Int(words[4]) ?? 0) {
    try storage.change(isDurable: false) { change in
      for _ in 0..<2 {
        let trial = change.createTrial(in: study, TrialDraft())
        change.append(.setTrialAttribute(trial: trial, .user, name: "who", .string("\(words[3])-\(k)")))
      }
    }
  }
case "claim":
  while true {
    let claimed = try storage.change { change -> Int? in
      guard let trial = change.replica.studies[study]?.trials.first(where: { $0.state == .waiting }) else { return nil }
      change.append(.setState(trial: trial.id, .running, values: nil, .now))
      return trial.id
    }
    guard let claimed else { break }
    try storage.change { change in
      change.append(.setTrialAttribute(trial: claimed, .user, name: "who", .string(words[3])))
      if !change.end(claimed, .complete, values: [1]) { exit(3) }
    }
  }
case "fill":
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: rlim_t(words[3]) ?? 0, rlim_max: rlim_t(words[3]) ?? 0)
  #if canImport(Glibc)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  #else
    setrlimit(RLIMIT_FSIZE, &limit)
  #endif
  for k in 0..<1_000_000 {
    do {
      try storage.change(isDurable: k % 2 == 0) { change in
        let trial = change.createTrial(in: study, TrialDraft())
        change.append(.setTrialAttribute(trial: trial, .user, name: "k", .integer(k)))
      }
    } catch {
      print("\(k) \(error)")
      exit(0)
    }
  }
default: exit(2)
}
