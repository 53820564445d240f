// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// What `gradus train` learns from, and what it refuses.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TrainDataTests {
  private static let good = (0..<40).map { "\($0 % 7),\($0 % 3),\($0 % 7 > 3 ? "b" : "a")\n" }.joined()

  private static let usual = "widths: [8]\nsteps: 40\nwarmup: 4\n"

  private func spec(_ data: String, _ lines: String = usual) throws -> String {
    let path = try Scratch.file("table.csv", data)
    return try Scratch.file("spec.yaml", "data: \(path)\n" + lines)
  }

  @Test(arguments: [
    ("1,2,a\n3,nan,b\n", "csv:2:3: \"nan\" is not a finite number; expected a number in column 2"),
    ("1,2,a\n3,inf,b\n", "csv:2:3: \"inf\" is not a finite number; expected a number in column 2"),
    ("1,2,a\n3,,b\n", "csv:2:3: the field is empty; expected a number in column 2"),
    ("1,2,a\n3,4\n", "csv:2:3: 2 fields; expected 3, as in the first line"),
    ("1,2,a\n3,4,5,b\n", "csv:2:5: 4 fields; expected 3, as in the first line"),
    ("", "csv:1:1: the file has no observation; expected numbers, the target in the last column"),
    ("x,y,label\n", "csv:1:1: the file has no observation; expected numbers, the target in the last column"),
    ("1,a\n2,b\n", "csv has 2 observations; expected at least 10, or a file as test"),
    (String(repeating: "1,2,a\n", count: 12), "csv: all observations have the label a; a classifier is trained"),
  ])
  func refused(_ table: String, _ message: String) throws {
    let ending = try CommandRunner.run(["train", try spec(table)])
    #expect(ending.code == 3)
    #expect(ending.error.contains(message), "\(ending.error)")
  }

  @Test(arguments: [
    ("1,2,a\n5,1,c\n", "observation 2 has the label c; expected one of a, b, which are those of"),
    ("1,2,3,a\n", "has 3 features; expected 2, as in"),
    ("", "csv:1:1: the file has no observation"),
  ])
  func testFilesThatDoNotFit(_ test: String, _ message: String) throws {
    let file = try Scratch.file("test.csv", test)
    let ending = try CommandRunner.run(["train", try spec(Self.good, "test: \(file)\n")])
    #expect(ending.code == 3)
    #expect(ending.error.contains(message), "\(ending.error)")
    #expect(ending.error.contains(file))
  }

  @Test func aTestFileIsNotLearnedFrom() throws {
    let file = try Scratch.file("test.csv", "0,1,a\n6,1,b\n0,1,b\n")
    let ending = try CommandRunner.run([
      "train", try spec(Self.good, "test: \(file)\nwidths: [8]\nsteps: 300\nrate: 0.05\n"), "--format", "json",
    ])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.json()["learned"]?["accuracy"]?.double == 1)
    // One of its three labels is wrong.
    #expect(abs((ending.json()["heldOut"]?["accuracy"]?.double ?? 0) - 2.0 / 3) < 1e-6)
  }

  @Test func numbersAreLearned() throws {
    let rows = (0..<60).map { i in "\(i % 8),\(i % 5),\(1000 + 7 * (i % 8) - 3 * (i % 5))\n" }.joined()
    let ending = try CommandRunner.run([
      "train", try spec(rows, "widths: [8]\nsteps: 800\nrate: 0.01\nheld-out: 0.3\n"), "--format", "json",
    ])
    #expect(ending.code == 0, "\(ending.error)")
    let json = ending.json()
    // In the unit of the targets, of which the deviation is 17.
    #expect(json["heldOut"]?["RMSE"]?.double ?? 99 < 2)
    #expect(json["heldOut"]?["R²"]?.double ?? 0 > 0.98)
    #expect(json["spec"]?["held-out"]?.text == "0.3")
    let words = try CommandRunner.run(["train", try spec(Self.good, "task: regression\n")])
    #expect(words.code == 3)
    #expect(words.error.contains("a target is not a number; a regression learns numbers"))
  }

  @Test(arguments: ["convolutional", "lstm", "gru", "slstm"]) func modelsOfImages(_ model: String) throws {
    let text = "model: \(model)\nobservations: 100\nsteps: 12\nwarmup: 2\nlayers: 1\nwidth: 16\nchannels: [4]\n"
    let spec = try Scratch.file("spec.yaml", text)
    let saved = try [1, 2].map { threads in
      let path = try Scratch.folder().appendingPathComponent("model.safetensors").path
      let ending = try CommandRunner.run(["train", spec, "--threads", "\(threads)", "--save", path])
      #expect(ending.code == 0, "\(ending.error)")
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
    #expect(saved[0] == saved[1])
  }

  @Test(arguments: ["lstm", "gru"]) func modelsOfTexts(_ model: String) throws {
    let song = try Scratch.file("song.txt", String(repeating: "row row row your boat. ", count: 30))
    let spec = try Scratch.file(
      "spec.yaml", "data: \(song)\nmodel: \(model)\ncontext: 12\nwidth: 16\nlayers: 1\nsteps: 20\nwarmup: 2\nbatch: 8\n"
    )
    let ending = try CommandRunner.run(["train", spec, "--sample", "20", "--format", "json"])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.json()["sample"]?.text?.utf8.count == 20)
  }

  @Test func textsThatDoNotFit() throws {
    let empty = try Scratch.file("spec.yaml", "data: \(try Scratch.file("empty.txt", ""))\n")
    let none = try CommandRunner.run(["train", empty])
    #expect(none.code == 3)
    #expect(none.error.contains("empty.txt has 0 bytes; expected more than twice the context of 48"))
    let text = try Scratch.file("a.txt", String(repeating: "abab", count: 100))
    let other = try Scratch.file("b.txt", String(repeating: "ab", count: 50) + "c")
    let spec = try Scratch.file("spec.yaml", "data: \(text)\ntest: \(other)\n")
    let foreign = try CommandRunner.run(["train", spec])
    #expect(foreign.code == 3)
    #expect(foreign.error == "gradus: \(other): byte 101 is 'c'; expected one that \(text) has too\n")
  }

  @Test func checkpointsOfAnotherTraining() throws {
    let checkpoint = try Scratch.folder().appendingPathComponent("run").path
    let first = try spec(Self.good, Self.usual + "evaluate-every: 10\n")
    _ = try CommandRunner.run(["train", first, "--checkpoint", checkpoint])
    for lines in [
      "evaluate-every: 10\nwidths: [9]\nsteps: 40\nwarmup: 4\n", Self.usual + "evaluate-every: 10\nheld-out: 0.5\n",
    ] {
      let other = try CommandRunner.run(["train", try spec(Self.good, lines), "--resume", checkpoint])
      #expect(other.code == 3)
      #expect(other.error == "gradus: the checkpoint does not fit this run: it was saved on another problem\n")
    }
    try Data(contentsOf: URL(fileURLWithPath: checkpoint)).prefix(900).write(to: URL(fileURLWithPath: checkpoint))
    let torn = try CommandRunner.run(["train", first, "--resume", checkpoint])
    #expect(torn.code == 3)
    #expect(torn.error.hasPrefix("gradus: cannot resume from \(checkpoint): "), "\(torn.error)")
  }
}
