// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Limits, signals and checkpoints of nonlinear and mixed-integer nonlinear programs.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt), .serialized)
struct NonlinearInterruptionTests {
  /// A chain of many variables: some seconds, a step every tenth of one.
  static let chain = """
    sets: {I: 1..12000}
    variables:
      x: {over: I, start: -1.2, lower: -5, upper: 5}
    minimize: sum(i in I where i < 12000) (100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 + sin(3*x[i]*x[i+1]))
    subject to:
      c[i in I where i < 12000]: x[i] + x[i+1]^2 >= -2

    """

  /// Splitting a market: every choice is feasible, the best one takes HiGHS more than minutes.
  static var market: String {
    let (rows, columns) = (4, 36)
    var state: UInt64 = 7
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % 100
    }
    let table = (0..<rows).map { _ in (0..<columns).map { _ in next() } }
    let halves = table.map { Double($0.reduce(0, +)) / 2 }
    return """
      sets: {I: 1..\(rows), J: 1..\(columns)}
      parameters:
        a: {over: [I, J], values: \(table)}
        half: {over: I, values: \(halves)}
      variables:
        x: {over: J, kind: integer, lower: 0, upper: 1}
        s: {over: I, lower: 0}
      minimize: sum(i in I) (s[i] + 0.001 * exp(0.01 * s[i]))
      subject to:
        up[i in I]: sum(j in J) a[i, j] * x[j] - s[i] <= half[i]
        down[i in I]: sum(j in J) a[i, j] * x[j] + s[i] >= half[i]

      """
  }

  private func wait(for path: String, _ command: RunningCommand) throws {
    for _ in 0..<6_000 where command.process.isRunning {
      if FileManager.default.fileExists(atPath: path) { return }
      usleep(10_000)
    }
    Issue.record("\(path) was not written in time")
  }

  private func essence(_ json: JSONValue) -> JSONValue {
    .object((json.members ?? []).filter { $0.name != "seconds" })
  }

  @Test func ctrlCInANonlinearProgramReturnsThePointWithItsResiduals() throws {
    let file = try Scratch.file("chain.yaml", Self.chain)
    let checkpoint = try Scratch.folder().appendingPathComponent("run.ck").path
    let command = try CommandRunner.start(
      ["solve", file, "--format", "json", "--quiet", "--checkpoint", checkpoint, "--checkpoint-every", "0"])
    try wait(for: checkpoint, command)
    kill(command.process.processIdentifier, SIGINT)
    let ending = try command.ending()
    #expect(ending.code == 130)
    let json = ending.json()
    #expect(json["status"]?.text == "interrupted")
    #expect(json["stopped"]?["kind"]?.text == "interrupt")
    #expect(json["objective"]?.double?.isFinite == true)
    #expect(json["solution"]?.members?.count == 12_000)
    for name in ["primalResidual", "dualResidual"] {
      #expect(json["certificate"]?[name]?.double?.isFinite == true, "\(name)")
    }
    #expect(ending.error.contains("--resume"))
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func ctrlCInAnIntegerProgramEndsTheSolverBehindIt() throws {
    let file = try Scratch.file("market.yaml", Self.market)
    let checkpoint = try Scratch.folder().appendingPathComponent("run.ck").path
    let command = try CommandRunner.start(
      ["solve", file, "--format", "json", "--quiet", "--checkpoint", checkpoint, "--checkpoint-every", "0"])
    try wait(for: checkpoint, command)
    // By now the first master program is under way, or will be soon.
    sleep(3)
    #expect(command.process.isRunning, "the run must still be at work to be interrupted")
    let began = Date()
    kill(command.process.processIdentifier, SIGINT)
    let ending = try command.ending()
    #expect(ending.code == 130)
    #expect(Date().timeIntervalSince(began) < 20, "the solver behind it was not told")
    let json = ending.json()
    #expect(json["stopped"]?["kind"]?.text == "interrupt")
    #expect(json["certificate"]?["verified"]?.truth == false)
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs), arguments: [chain, market])
  func timeLimitsAreKept(_ model: String) throws {
    let file = try Scratch.file("model.yaml", model)
    let ending = try CommandRunner.run(["solve", file, "--time-limit", "2", "--format", "json", "--quiet"])
    let json = ending.json()
    // The time is the process's own; a busy machine may stretch the last step.
    #expect(json["seconds"]?.double ?? 99 < 4)
    if json["stopped"]?["kind"]?.text == "time" { #expect(ending.code == 4) } else { #expect(ending.code == 0) }
  }

  @Test func aKilledRunOnAnNLFileContinuesToTheBit() throws {
    let model = try Scratch.file("chain.yaml", Self.chain.replacing("12000", with: "3000"))
    let folder = try Scratch.folder()
    let file = folder.appendingPathComponent("chain.nl").path
    #expect(try CommandRunner.run(["convert", model, file]).code == 0)
    let checkpoint = folder.appendingPathComponent("run.ck").path
    let options = ["solve", file, "--format", "json", "--quiet"]
    let whole = try CommandRunner.run(options)
    let command = try CommandRunner.start(options + ["--checkpoint", checkpoint, "--checkpoint-every", "0"])
    try wait(for: checkpoint, command)
    kill(command.process.processIdentifier, SIGKILL)
    #expect(try command.ending().code == -9, "the run must still be at work to be killed")
    let resumed = try CommandRunner.run(options + ["--resume", checkpoint])
    #expect(resumed.code == whole.code, "\(resumed.error)")
    #expect(essence(resumed.json()) == essence(whole.json()))
  }
}
