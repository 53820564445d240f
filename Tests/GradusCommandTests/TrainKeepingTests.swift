// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// What `gradus train` keeps, watches and refuses.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TrainKeepingTests {
  private static let small = "observations: 300\nwidths: [16]\nsteps: 60\nwarmup: 5\n"
  private static let wild =
    "rate: 1000\nschedule: constant\nclip: 1000000000\nrule: sgd\ndecay: 0.01\nobservations: 100\nwarmup: 20\nsteps: 200\n"

  private func data(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// A name in a fresh folder.
  private func place(_ name: String) throws -> String { try Scratch.folder().appendingPathComponent(name).path }

  /// What a killed run wrote after its last checkpoint is cut, half-written lines too.
  @Test func theLogIsCutAtTheCheckpoint() throws {
    let spec = try Scratch.file("spec.yaml", Self.small)
    let (checkpoint, log, whole) = (try place("run"), try place("part.csv"), try place("whole.csv"))
    _ = try CommandRunner.run(["train", spec, "--checkpoint", checkpoint, "--log", whole])
    let lines = try text(whole)
    try (lines + "61,0.5,0.1,0.2,\n62,0.4,0.").write(toFile: log, atomically: false, encoding: .utf8)
    let again = try CommandRunner.run(["train", spec, "--resume", checkpoint, "--log", log])
    #expect(again.code == 0, "\(again.error)")
    #expect(try text(log) == lines)
    try "other,names\n".write(toFile: log, atomically: false, encoding: .utf8)
    let refused = try CommandRunner.run(["train", spec, "--resume", checkpoint, "--log", log])
    #expect(refused.code == 3)
    #expect(refused.error == "gradus: cannot read \(log): it is no log of a training; name another file\n")
    #expect(try text(log) == "other,names\n")
  }

  @Test func theLastGoodParametersAreSaved() throws {
    let spec = try Scratch.file("spec.yaml", Self.wild)
    let (saved, log) = (try place("good.safetensors"), try place("log.csv"))
    let ending = try CommandRunner.run(["train", spec, "--save", saved, "--log", log])
    #expect(ending.code == 1)
    let lines = try text(log).split(separator: "\n")
    let step = lines.count - 1
    #expect(lines.last?.hasPrefix("\(step),") == true && lines.last?.contains("nan") == true)
    #expect(ending.error.contains("gradus: step \(step): the loss is no number, made by cross entropy; lower the rate"))
    #expect(ending.error.contains("the parameters after \(step - 1) steps are in \(saved), for '--from \(saved)'"))
    // They are numbers, and those that the steps before led to.
    let shorter = try Scratch.file("shorter.yaml", Self.wild.replacingOccurrences(of: "200", with: "\(step - 1)"))
    let other = try place("other.safetensors")
    _ = try CommandRunner.run(["train", shorter, "--save", other])
    #expect(try data(saved).suffix(4 * 17_098) == data(other).suffix(4 * 17_098))
    let evaluated = try CommandRunner.run(["train", spec, "--evaluate", saved, "--format", "json"])
    #expect(evaluated.json()["parameters"]?.whole == 17_098)
    // Without a place to save, that is said.
    let lost = try CommandRunner.run(["train", spec])
    #expect(lost.error.hasSuffix("nothing was saved, for neither --save nor --checkpoint was given\n"))
  }

  @Test func badBatchesArePassedOver() throws {
    // One row has a feature of its own, whose weights overflow in single precision.
    let rows = (0..<40).map { "\($0 == 20 ? 1 : 0),\($0 % 7),\($0 % 5),\($0 % 2 == 0 ? "a" : "b")" }
    let table = try Scratch.file("table.csv", rows.joined(separator: "\n") + "\n")
    let spec = "data: \(table)\nwidths: [8]\nbatch: 4\nsteps: 64\nwarmup: 4\n"
    let saved = try place("model.safetensors")
    _ = try CommandRunner.run(["train", try Scratch.file("one.yaml", spec), "--save", saved])
    var bytes = try data(saved)
    let header = Int(bytes.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    let names = try JSONValue(parsing: Array(bytes[8..<8 + header]))
    let begin = 8 + header + (names["layer1.weight"]?["data_offsets"]?.elements?[0].whole ?? 0)
    for k in 0..<8 {
      withUnsafeBytes(of: Float(1e38)) { bytes.replaceSubrange(begin + 4 * k..<begin + 4 * (k + 1), with: $0) }
    }
    try bytes.write(to: URL(fileURLWithPath: saved))
    let stop = try CommandRunner.run(["train", try Scratch.file("stop.yaml", spec), "--from", saved])
    #expect(stop.code == 1)
    #expect(stop.error.contains("is no number, first in 'layer"), "\(stop.error)")
    #expect(stop.error.contains(", made by linear relu; lower the rate"), "\(stop.error)")
    #expect(stop.error.contains("or pass such batches over with 'bad: skip'"))
    let log = try place("log.csv")
    let skip = try CommandRunner.run([
      "train", try Scratch.file("skip.yaml", spec + "bad: skip\n"), "--from", saved, "--format", "json", "--log", log,
    ])
    #expect(skip.code == 0, "\(skip.error)")
    // The row is met once in each epoch of eight batches.
    #expect(skip.json()["skipped"]?.whole == 8)
    #expect(try text(log).split(separator: "\n").filter { $0.contains("nan") }.count == 8)
    // Where all batches are bad, the run ends.
    let all = try CommandRunner.run(["train", try Scratch.file("all.yaml", Self.wild + "bad: skip\n")])
    #expect(all.code == 1)
    #expect(all.error.contains("as that of the 2 batches before"))
  }

  @Test func theBestStepIsKept() throws {
    let spec = "observations: 60\nwidths: [64]\nsteps: 2000\nwarmup: 5\nrate: 0.02\nevaluate-every: 10\npatience: 4\n"
    let path = try Scratch.file("spec.yaml", spec)
    let (saved, log) = (try place("best.safetensors"), try place("log.csv"))
    let ending = try CommandRunner.run(["train", path, "--save", saved, "--log", log, "--format", "json"])
    #expect(ending.code == 0, "\(ending.error)")
    let json = ending.json()
    #expect(json["stoppedEarly"] == .bool(true))
    let (best, steps) = (json["best"]?["step"]?.whole ?? 0, json["steps"]?.whole ?? 0)
    #expect(best > 0 && steps == best + 40)
    #expect(json["best"]?["heldOutLoss"]?.double == json["heldOut"]?["loss"]?.double)
    let looks = try text(log).split(separator: "\n").dropFirst().compactMap { line -> (Int, Double)? in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let step = Int(fields[0]), let loss = Double(fields[4]) else { return nil }
      return (step, loss)
    }
    #expect(looks.map(\.0) == Array(stride(from: 10, through: steps, by: 10)))
    #expect(looks.min { $0.1 < $1.1 }?.0 == best)
    // Interrupted and resumed on the way, the same parameters are the best.
    let (checkpoint, again) = (try place("run"), try place("again.safetensors"))
    let part = try Scratch.file("part.yaml", spec)
    let command = try CommandRunner.start(["train", part, "--checkpoint", checkpoint, "--checkpoint-every", "0"])
    while command.process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(1_000) }
    command.process.interrupt()
    _ = try command.ending()
    let rest = try CommandRunner.run(["train", part, "--resume", checkpoint, "--save", again])
    #expect(rest.code == 0, "\(rest.error)")
    #expect(rest.out.contains("stopped early after \(steps) steps\n  best        step \(best), held-out loss"))
    #expect(try data(again) == data(saved))
  }

  @Test func fromSavedParameters() throws {
    let spec = try Scratch.file("spec.yaml", Self.small)
    let saved = try place("model.safetensors")
    let first = try CommandRunner.run(["train", spec, "--save", saved, "--format", "json"])
    let check = try CommandRunner.run(["train", spec, "--evaluate", saved, "--format", "json"])
    #expect(check.code == 0)
    for part in ["learned", "heldOut"] {
      #expect(check.json()[part]?["loss"] == first.json()[part]?["loss"])
      #expect(check.json()[part]?["accuracy"] == first.json()[part]?["accuracy"])
    }
    let second = try CommandRunner.run(["train", spec, "--from", saved, "--format", "json"])
    #expect(second.json()["learned"]?["loss"]?.double ?? 9 < first.json()["learned"]?["loss"]?.double ?? 0)
    let wider = try Scratch.file("wider.yaml", Self.small.replacingOccurrences(of: "16", with: "17"))
    for option in ["--from", "--evaluate"] {
      let refused = try CommandRunner.run(["train", wider, option, saved])
      #expect(refused.code == 3)
      #expect(
        refused.error
          == "gradus: \(saved): the tensor 'layer1.weight' has the shape [256, 16]; expected [256, 17]\n")
    }
    // A file that was not written to its end.
    try data(saved).prefix(4000).write(to: URL(fileURLWithPath: saved))
    let torn = try CommandRunner.run(["train", spec, "--from", saved])
    #expect(torn.code == 3)
    #expect(torn.error.hasPrefix("gradus: \(saved): the offsets of 'layer1.weight' do not lie in"))
  }

  @Test func memoryIsKnownBeforehand() throws {
    let spec = try Scratch.file("spec.yaml", Self.small)
    let many = try CommandRunner.run(["train", spec, "--memory", "50k"])
    #expect(many.code == 3)
    #expect(
      many.error
        == "gradus: 4,282 parameters take 137 kB to train with adamw, and 50 kB are free; choose smaller widths\n")
    let batch = try Scratch.file("batch.yaml", Self.small + "batch: 300\n")
    let wide = try CommandRunner.run(["train", batch, "--memory", "250k"])
    #expect(wide.code == 3)
    let fits = try #require(wide.error.firstMatch(of: /choose batch: (\d+) or less/)).1
    let narrow = try Scratch.file("narrow.yaml", Self.small + "batch: \(fits)\n")
    #expect(try CommandRunner.run(["train", narrow, "--memory", "250k"]).code == 0)
    // More than any machine has.
    let huge = try Scratch.file("huge.yaml", "widths: [1000000, 1000000]\n")
    let refused = try CommandRunner.run(["train", huge])
    #expect(refused.code == 3)
    #expect(refused.error.hasPrefix("gradus: 1,000,268,000,010 parameters take 32 TB to train with adamw"))
  }
}
