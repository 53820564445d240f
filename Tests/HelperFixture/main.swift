// SPDX-License-Identifier: Apache-2.0

// A helper process for tests: the real one, and ones that misbehave in the way their argument says.
import Foundation
import GradusCore
import GradusDiscrete
import GradusNative
import GradusNumerics

let channel = ByteChannel(descriptor: 1)

/// Tells of a point whose coordinates are all `value`.
func incumbent(_ value: Double, count: Int) {
  var news = Interim()
  news.phase = "branch and bound"
  news.point = Vector(repeating: value, count: count)
  news.value = value
  news.bound = 100
  news.nodes = 17
  _ = HelperMessage(interim: news).send(over: channel) {}
}

func crash() -> Never {
  signal(SIGSEGV, SIG_DFL)
  kill(getpid(), SIGSEGV)
  exit(1)
}

func hang() -> Never { while true { sleep(1000) } }

/// Reads program and question as the real helper does. A repair is known by its tolerances.
func listen(answeringRepairs: Bool = true) throws -> StandardForm {
  let input = ByteChannel(descriptor: 0)
  let form = try HelperMessage.receive(from: input, idle: {}).model()
  let question = try HelperMessage.receive(from: input, idle: {}).question()
  if !answeringRepairs, question.settings.feasibility < 1e-8 { hang() }
  return form
}

switch CommandLine.arguments.dropFirst().first {
case "serve": HelperStreams.end(HighsHelper.serve(input: 0, output: 1))
case "serve-nowhere": HelperStreams.end(HighsHelper.serve(input: 0, output: 1, search: LibrarySearch(explicit: ["/"])))
case "deaf": hang()
case "crash-at-once": crash()
case "exit-at-once": exit(7)
case "crash":
  _ = try listen()
  crash()
case "incumbent-crash":
  let form = try listen()
  incumbent(1, count: form.variableCount)
  incumbent(0, count: form.variableCount)
  crash()
case "incumbent-hang":
  signal(SIGINT, SIG_IGN)
  signal(SIGTERM, SIG_IGN)
  incumbent(1, count: try listen().variableCount)
  hang()
case "provisional-hang":
  _ = try listen()
  _ = HelperMessage(.provisional, LinearAnswer(status: .infeasible, source: "Stub 1")).send(over: channel) {}
  hang()
case "rough-then-hang":
  _ = try listen(answeringRepairs: false)
  Thread.sleep(forTimeInterval: 2.5)
  var answer = LinearAnswer(status: .optimal, source: "Stub 1")
  answer.primal = [2, 6.5]
  _ = HelperMessage(.answer, answer).send(over: channel) {}
case "flood":
  let form = try listen()
  while true { incumbent(1, count: form.variableCount) }
case "garbage":
  _ = try listen()
  FileHandle.standardOutput.write(Data(String(repeating: "not a message ", count: 100).utf8))
  hang()
case "huge":
  _ = try listen()
  incumbent(1, count: 1_000_000)
  hang()
case "wrong-size":
  _ = try listen()
  var answer = LinearAnswer(status: .optimal, source: "Stub 1")
  answer.primal = [1]
  _ = HelperMessage(.answer, answer).send(over: channel) {}
  hang()
default: exit(2)
}
