// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct InterruptionTests {
  /// A run that takes seconds, and saves itself all the time.
  static let long = [
    "solve", "problem:rastrigin,n=12", "--by", "cma-es", "--seed", "11", "--format", "json", "--quiet",
  ]

  /// Waits for a file, as long as the process lives.
  private func wait(for path: String, _ command: RunningCommand) throws {
    for _ in 0..<3_000 where command.process.isRunning {
      if FileManager.default.fileExists(atPath: path) { return }
      usleep(10_000)
    }
    Issue.record("\(path) was not written in time")
  }

  /// Everything that must be equal in two runs: the document without its time.
  private func essence(_ json: JSONValue) -> JSONValue {
    .object((json.members ?? []).filter { $0.name != "seconds" })
  }

  @Test func aKilledRunContinuesToTheBit() throws {
    let whole = try CommandRunner.run(Self.long + ["--answers", "120000"])
    let folder = try Scratch.folder()
    let checkpoint = folder.appendingPathComponent("run.ck").path
    let saving = Self.long + ["--answers", "120000", "--checkpoint", checkpoint, "--checkpoint-every", "0"]
    let command = try CommandRunner.start(saving)
    try wait(for: checkpoint, command)
    usleep(100_000)
    #expect(command.process.isRunning, "the run must still be at work to be killed")
    kill(command.process.processIdentifier, SIGKILL)
    #expect(try command.ending().code == -9)
    let copy = folder.appendingPathComponent("copy.ck").path
    try FileManager.default.copyItem(atPath: checkpoint, toPath: copy)
    let finish = ["solve", "problem:rastrigin,n=12", "--answers", "120000", "--format", "json", "--quiet", "--resume"]
    let resumed = try CommandRunner.run(finish + [checkpoint])
    #expect(resumed.code == whole.code, "\(resumed.error)")
    #expect(essence(resumed.json()) == essence(whole.json()))
    let again = try CommandRunner.run(finish + [copy])
    #expect(essence(again.json()) == essence(whole.json()))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func anInterruptedRunPrintsItsBestPointAndSaves(_ signal: Int32) throws {
    let checkpoint = try Scratch.folder().appendingPathComponent("run.ck").path
    let command = try CommandRunner.start(
      Self.long + ["--answers", "100000000", "--checkpoint", checkpoint, "--checkpoint-every", "0.05"])
    try wait(for: checkpoint, command)
    kill(command.process.processIdentifier, signal)
    let ending = try command.ending()
    #expect(ending.code == 130)
    let json = ending.json()
    #expect(json["stopped"]?["kind"]?.text == "interrupt")
    #expect(json["objective"]?.double?.isFinite == true)
    #expect(json["solution"]?.members?.count == 12)
    let resumed = try CommandRunner.run([
      "solve", "problem:rastrigin,n=12", "--resume", checkpoint, "--format", "json", "--answers",
      "\((json["steps"]?.whole ?? 0) + 500)",
    ])
    #expect(resumed.json()["objective"]?.double ?? .infinity <= json["objective"]?.double ?? -.infinity)
  }

  @Test func twoRunsCannotShareOneCheckpoint() throws {
    let checkpoint = try Scratch.folder().appendingPathComponent("run.ck").path
    let command = try CommandRunner.start(
      Self.long + ["--answers", "100000000", "--checkpoint", checkpoint, "--checkpoint-every", "0.05"])
    try wait(for: checkpoint, command)
    let second = try CommandRunner.run(Self.long + ["--resume", checkpoint, "--checkpoint", checkpoint])
    #expect(second.code == 1)
    #expect(second.error.contains("another run is using it"))
    kill(command.process.processIdentifier, SIGINT)
    #expect(try command.ending().code == 130)
  }

  @Test func aDamagedOrForeignCheckpointIsRefused() throws {
    let folder = try Scratch.folder()
    let checkpoint = folder.appendingPathComponent("run.ck").path
    _ = try CommandRunner.run(Self.long + ["--answers", "300", "--checkpoint", checkpoint])
    var bytes = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
    let other = try CommandRunner.run(["solve", "problem:rastrigin,n=5", "--resume", checkpoint])
    #expect(other.code == 3)
    #expect(other.error.contains("it was saved on another problem"))
    let method = try CommandRunner.run(["solve", "problem:rastrigin,n=12", "--by", "lbfgs", "--resume", checkpoint])
    #expect(method.code == 3)
    bytes[bytes.count / 2] ^= 1
    let damaged = try Scratch.file("damaged.ck", bytes)
    let ending = try CommandRunner.run(["solve", "problem:rastrigin,n=12", "--resume", damaged])
    #expect(ending.code == 3)
    #expect(ending.error.contains("damaged") || ending.error.contains("cannot"))
    let short = try CommandRunner.run([
      "solve", "problem:rastrigin,n=12", "--resume", try Scratch.file("short.ck", bytes.prefix(100)),
    ])
    #expect(short.code == 3)
    #expect(short.error.contains("cut short"))
  }

  @Test func aFullDiskLeavesTheOldCheckpoint() throws {
    let folder = try Scratch.folder()
    let checkpoint = folder.appendingPathComponent("run.ck").path
    _ = try CommandRunner.run(Self.long + ["--answers", "300", "--checkpoint", checkpoint])
    let old = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
    // The shell limits the size of files to less than a checkpoint needs, as a full disk would.
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\""
    let ending = try CommandRunner.run(
      [
        "-c", script, CommandRunner.path, "solve", "problem:rastrigin,n=12", "--resume", checkpoint, "--checkpoint",
        checkpoint, "--checkpoint-every", "0", "--answers", "2000", "--quiet",
      ], program: "/bin/bash")
    #expect(ending.code == 1, "\(ending.error)")
    #expect(ending.error.contains("cannot write \(checkpoint)"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: checkpoint)) == old)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".part") }
    #expect(left.isEmpty)
  }

  @Test func aTimeLimitIsKept() throws {
    let began = Date()
    let ending = try CommandRunner.run(Self.long + ["--answers", "1000000000", "--time-limit", "1"])
    let seconds = Date().timeIntervalSince(began)
    #expect(ending.code == 4)
    let json = ending.json()
    #expect(json["stopped"]?["kind"]?.text == "time")
    #expect(json["seconds"]?.double ?? 9 <= 1.25)
    // The process itself may be slow to start on a busy machine.
    #expect(seconds < 6)
  }
}
