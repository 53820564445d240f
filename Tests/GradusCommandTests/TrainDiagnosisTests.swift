// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What `gradus train --diagnose` tells.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TrainDiagnosisTests {
  private static let small = "observations: 200\nwidths: [12]\nsteps: 40\nwarmup: 5\nevaluate-every: 20\n"

  private func place(_ name: String) throws -> String { try Scratch.folder().appendingPathComponent(name).path }

  @Test func curvatureRanksAndNoiseAreTold() throws {
    let spec = try Scratch.file("digits.yaml", Self.small)
    let (page, saved) = (try place("page.html"), try place("model.safetensors"))
    let arguments = ["train", spec, "--diagnose-every", "20", "--diagnose-on", "60"]
    let ending = try CommandRunner.run(arguments + ["--format", "json", "--report", page, "--save", saved])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.error.contains("gradus: a diagnosis on 60 observations takes about as long as "))
    let diagnosis = try #require(ending.json()["diagnosis"])
    #expect(diagnosis["during"]?.elements?.compactMap { $0["step"]?.whole } == [20, 40])
    let result = try #require(diagnosis["result"])
    let values = result["eigenvalues"]?.elements?.compactMap { $0["value"]?.double } ?? []
    #expect(values.count == 5 && values == values.sorted(by: >) && values[0] > 0)
    #expect(result["observations"]?.whole == 60)
    #expect(result["sharpness"]?["rise"]?.double ?? 0 > 0)
    #expect(result["noise"]?["variance"]?.double ?? 0 > 0)
    #expect(result["hessianTrace"]?["error"]?.double ?? 0 > 0)
    let tensors = try #require(result["tensors"]?.elements)
    #expect(
      tensors.compactMap { $0["name"]?.text } == ["layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"])
    #expect(tensors.allSatisfy { $0["update"]?.double ?? 0 > 0 })
    #expect(tensors[0]["rank"]?.double ?? 0 > 1 && tensors[0]["rank"]?.double ?? 99 <= 12)
    let layers = try #require(result["representations"]?.elements)
    #expect(layers.compactMap { $0["name"]?.text } == ["layer1.weight", "layer2.weight", "scores"])
    #expect(abs((layers[0]["start"]?.double ?? 0) - 1) < 1e-9, "what the first layer sees is the data")
    #expect(layers[1]["start"]?.double ?? 2 < 1)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.components(separatedBy: "<svg").count > 6)
    #expect(html.contains("Effective rank") || html.contains("effective rank"))
    #expect(!html.contains("src=") && !html.contains("href="))

    // The same for other threads, and of the parameters alone what does not need the training.
    let two = try CommandRunner.run(arguments + ["--format", "json", "--threads", "2"])
    #expect(two.json()["diagnosis"] == diagnosis)
    let alone = try CommandRunner.run(
      ["train", spec, "--evaluate", saved, "--diagnose", "--diagnose-on", "60", "--format", "json"])
    #expect(alone.json()["diagnosis"]?["result"]?["eigenvalues"] == result["eigenvalues"])
    let text = try CommandRunner.run(["train", spec, "--diagnose", "--diagnose-on", "60", "--quiet"])
    #expect(text.error.isEmpty)
    for word in ["eigenvalues", "trace", "sharpness", "noise", "layer1.weight", "CKA"] {
      #expect(text.out.contains(word), "\(word)")
    }
  }

  /// What was seen before an interrupt is told in the end as if there had been none.
  @Test func looksOutliveAKill() throws {
    let spec = try Scratch.file("digits.yaml", Self.small.replacingOccurrences(of: "steps: 40", with: "steps: 4000"))
    let checkpoint = try place("run")
    let arguments = ["train", spec, "--diagnose-every", "1000", "--diagnose-on", "20", "--format", "json"]
    let whole = try CommandRunner.run(arguments)
    let command = try CommandRunner.start(arguments + ["--checkpoint", checkpoint, "--checkpoint-every", "0"])
    while command.process.isRunning, !FileManager.default.fileExists(atPath: checkpoint + ".diagnosis") {
      usleep(2_000)
    }
    usleep(50_000)
    #expect(command.process.isRunning, "the training was over before it could be killed")
    kill(command.process.processIdentifier, SIGKILL)
    _ = try command.ending()
    let rest = try CommandRunner.run(arguments + ["--resume", checkpoint])
    #expect(rest.code == 0, "\(rest.error)")
    let during = rest.json()["diagnosis"]?["during"]
    #expect(during?.elements?.count == 4)
    #expect(during == whole.json()["diagnosis"]?["during"])
    #expect(rest.json()["diagnosis"]?["result"] == whole.json()["diagnosis"]?["result"])
  }

  @Test func whatDoesNotFitIsRefusedBeforeTheTraining() throws {
    let spec = try Scratch.file("wide.yaml", "observations: 100\nwidths: [1000]\nsteps: 10\nwarmup: 2\n")
    #expect(try CommandRunner.run(["train", spec, "--memory", "40M"]).code == 0)
    let ending = try CommandRunner.run(["train", spec, "--memory", "40M", "--diagnose"])
    #expect(ending.code == 3)
    #expect(ending.error.hasPrefix("gradus: a diagnosis of 267,010 parameters on 256 observations takes "))
    #expect(ending.error.hasSuffix("40 MB are free; leave --diagnose out, or choose a smaller batch\n"))
    let every = try CommandRunner.run(["train", "digits", "--diagnose-every", "0"])
    #expect(every.code == 2 && every.error.contains("--diagnose-every must be at least 1"))
    let on = try CommandRunner.run(["train", "digits", "--diagnose", "--diagnose-on", "1"])
    #expect(on.code == 2 && on.error.contains("--diagnose-on must be from 2 to 1000000"))
  }
}
