// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `gradus train` as a user runs it, interrupts it and goes on.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TrainCommandTests {
  private static let small = "observations: 500\nwidths: [24]\nsteps: 150\nwarmup: 10\n"

  @Test func digitsAreTrainedAndTested() throws {
    let folder = try Scratch.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let spec = try Scratch.file("digits.yaml", Self.small)
    func file(_ name: String) -> String { folder.appendingPathComponent(name).path }
    let ending = try CommandRunner.run([
      "train", spec, "--format", "json", "--log", file("log.csv"), "--plot", file("loss.svg"), "--save",
      file("model.safetensors"),
    ])
    #expect(ending.code == 0, "\(ending.error)")
    let json = ending.json()
    #expect(json["schema"]?.text == "gradus.training/1")
    #expect(json["steps"]?.whole == 150)
    #expect(json["completed"] == .bool(true))
    #expect(json["heldOut"]?["accuracy"]?.double ?? 0 > 0.7)
    #expect(json["parameters"]?.whole == 256 * 24 + 24 + 24 * 10 + 10)
    let log = try String(contentsOfFile: file("log.csv"), encoding: .utf8).split(separator: "\n")
    #expect(log.count == 151)
    #expect(log.first == "step,loss,rate,gradientNorm,heldOut")
    #expect(try String(contentsOfFile: file("loss.svg"), encoding: .utf8).contains("<svg"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: file("model.safetensors"))).count > 4 * 6418)
  }

  @Test func threadsDoNotChangeTheWeights() throws {
    let spec = try Scratch.file("digits.yaml", Self.small)
    let saved = try [1, 2].map { threads in
      let path = try Scratch.folder().appendingPathComponent("model.safetensors").path
      _ = try CommandRunner.run(["train", spec, "--threads", "\(threads)", "--save", path])
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
    #expect(saved[0] == saved[1])
  }

  /// Killed again and again and resumed every time, a training ends with the same weights, to the bit.
  @Test func killedAndResumed() throws {
    let folder = try Scratch.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let spec = try Scratch.file(
      "digits.yaml", "observations: 300\nwidths: [64, 64]\nsteps: 1500\nbatch: 64\nevaluate-every: 7\n")
    func file(_ name: String) -> String { folder.appendingPathComponent(name).path }
    let whole = try CommandRunner.run(["train", spec, "--save", file("whole"), "--log", file("whole.csv")])
    #expect(whole.code == 0, "\(whole.error)")
    let checkpoint = file("run.checkpoint")
    var kills = 0
    var first = true
    while kills < 3 {
      let resume = first ? [] : ["--resume", checkpoint]
      let arguments = ["train", spec, "--checkpoint", checkpoint, "--checkpoint-every", "0", "--log", file("part.csv")]
      let before = try? Data(contentsOf: URL(fileURLWithPath: checkpoint))
      let command = try CommandRunner.start(arguments + resume)
      // Killed as soon as it has saved something new.
      while command.process.isRunning, (try? Data(contentsOf: URL(fileURLWithPath: checkpoint))) == before {
        usleep(2_000)
      }
      usleep(20_000)
      guard command.process.isRunning else { break }
      kill(command.process.processIdentifier, SIGKILL)
      _ = try command.ending()
      kills += 1
      first = false
    }
    #expect(kills > 0, "the training was over before it could be killed")
    let rest = try CommandRunner.run([
      "train", spec, "--checkpoint", checkpoint, "--resume", checkpoint, "--save", file("part"), "--log",
      file("part.csv"),
    ])
    #expect(rest.code == 0, "\(rest.error)")
    func data(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }
    #expect(try data("part") == data("whole"))
    #expect(try data("part.csv") == data("whole.csv"))
  }

  @Test func interruptedInTheMiddle() throws {
    let spec = try Scratch.file("digits.yaml", "observations: 300\nsteps: 1000000\n")
    let checkpoint = try Scratch.folder().appendingPathComponent("run.checkpoint").path
    let command = try CommandRunner.start([
      "train", spec, "--checkpoint", checkpoint, "--checkpoint-every", "0", "--format", "json",
    ])
    while command.process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(2_000) }
    kill(command.process.processIdentifier, SIGINT)
    let ending = try command.ending()
    #expect(ending.code == 130)
    #expect(ending.error.contains("continue with '--resume"))
    #expect(ending.json()["completed"] == .bool(false))
    // Another length is another schedule: it is not taken for the same run.
    let other = try CommandRunner.run(["train", spec, "--steps", "50", "--resume", checkpoint])
    #expect(other.code == 2)
    #expect(other.error.contains("differ from those that \(checkpoint) was saved with"))
  }

  @Test func stepsAreThoseAskedFor() throws {
    let ending = try CommandRunner.run(["train", "digits", "--steps", "5", "--format", "json"])
    #expect(ending.json()["steps"]?.whole == 5)
  }

  @Test func aTextIsContinued() throws {
    let text = try Scratch.file(
      "song.txt", String(repeating: "row row row your boat, gently down the stream. ", count: 40))
    let spec = try Scratch.file(
      "song.yaml",
      "data: \(text)\nmodel: transformer\ncontext: 16\nwidth: 16\nlayers: 1\nheads: 2\nsteps: 30\nwarmup: 3\nbatch: 8\n"
    )
    let one = try CommandRunner.run(["train", spec, "--sample", "40", "--format", "json"])
    let two = try CommandRunner.run(["train", spec, "--sample", "40", "--format", "json", "--threads", "2"])
    let sample = try #require(one.json()["sample"]?.text)
    #expect(sample.utf8.count == 40)
    #expect(sample.utf8.allSatisfy { "row your boat, gently down the stream.".utf8.contains($0) })
    #expect(two.json()["sample"]?.text == sample)
  }

  @Test(arguments: [
    ("stps: 3\n", "1:1: 'stps' is no part of a training; expected 'steps'"),
    ("steps: many\n", "1:8: steps is 'many'; expected a whole number from 1 to 1000000000"),
    ("steps: 0\n", "1:8: steps is '0'; expected a whole number from 1 to 1000000000"),
    ("rate: nan\n", "1:7: rate is 'nan'; expected a number from 1e-12 to 1e+06"),
    ("rule: adamx\n", "1:7: there is no rule 'adamx'; expected 'adam'"),
    ("rule: sgd\nmomntum: 0.5\n", "2:1: 'momntum' is no part of a training; expected 'momentum'"),
    (
      "beta1: 0.5\nmomentum: 0.5\n",
      "2:1: 'momentum' is no setting of adamw; expected one of rate, beta1, beta2, epsilon, decay"
    ),
    ("rate:\n  - 3\n", "2:3: rate is a list; expected a value"),
    ("widths: [3, x]\n", "1:13: a width is no whole number; expected a list such as [64, 64]"),
    (
      "data: sentences\nmodel: perceptron\n",
      "1:1: a perceptron does not read sentences; expected model: transformer, lstm, gru, slstm"
    ),
    (
      "data: digits\nmodel: transformer\n",
      "1:1: a transformer does not read digits; expected model: perceptron, convolutional, lstm, gru, slstm"
    ),
    ("data: digits\ntest: x.csv\n", "1:1: test goes with data from a file, not with digits; expected data: table.csv"),
    ("held-out: 1.5\n", "1:11: held-out is '1.5'; expected a share between 0 and 1"),
    ("task: guessing\n", "1:7: task is 'guessing'; expected one of classification, regression"),
    (
      "data: sentences\nwidth: 10\nheads: 4\nmodel: transformer\n",
      "1:1: a width of 10 does not split into 4 heads; expected a multiple of the heads"
    ),
    ("steps: 10\nwarmup: 20\n", "1:1: 10 steps end within the warm-up of 20; expected more steps"),
    ("- steps\n", "1:1: a list instead of a mapping; expected lines such as 'steps: 600'"),
  ])
  func messages(_ text: String, _ message: String) throws {
    let spec = try Scratch.file("spec.yaml", text)
    let ending = try CommandRunner.run(["train", spec])
    #expect(ending.code == 3)
    #expect(ending.error == "gradus: \(spec):\(message)\n")
  }
}
