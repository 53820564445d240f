// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

struct TrainCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a model on data, and tests it on data it has not seen.",
    discussion: """
      SPEC is a YAML file; every line is optional. Without one, a perceptron learns to read generated digits.

        data: digits           # sentences, or a .csv, .svm or .txt file
        task: classification   # or regression; by the targets if not said
        held-out: 0.2          # the share not learned from; or  test: FILE
        model: perceptron      # convolutional, lstm, gru, slstm;
                               # for texts: transformer, lstm, gru, slstm
        widths: [64]           # channels: [8, 16] of convolutions
        width: 64              # context, layers, heads: of other models
        rule: adamw            # any update rule, with its settings below
        rate: 0.003            # beta1: 0.9   momentum: 0.9   and so on;
                               # auto searches on the way; search: {lowest: 0.0001}
        groups:                # settings, or a rule, for some tensors
          - {for: vectors, decay: 0}
          - {for: layer2.*, rule: sgd, rate: 0.1}
        state: 8-bit           # what the rule remembers, in bytes
        preconditioner: k-fac  # or ek-fac, {kind: ek-fac, damping: 0.01}
        average: 0.99          # or {polynomial: 8}, {tail: 300}
        sharpness-aware: 0.05  # or {radius: 0.5, adaptive: true}
        schedule: cosine       # linear, constant, wsd, drops, inverse;
                               # {shape: cosine, floor: 0.1}; {refined: log.csv}
        warmup: 20             # steps in which the rate rises
        steps: 600
        batch: 32
        clip: 1                # the longest gradient; none
        clip-value: 0.1        # the largest coordinate
        project: {ball: 10}    # or {balls: 3}, {box: [-1, 1]}
        decay: 0.01
        evaluate-every: 50     # steps between looks at held-out data
        patience: 5            # looks in vain that end the training
        bad: stop              # or skip: a loss that is no number
        observations: 4000     # of generated data
      """)

  @OptionGroup var output: OutputOptions

  @Argument(help: "What to train; 'digits' and 'sentences' are built in.")
  var spec: String?

  @Option(help: "The seed of parameters and of the order of observations.")
  var seed: UInt64 = 0

  @Option(help: "Threads that compute together; the weights do not depend on it.")
  var threads = 1

  @Option(help: ArgumentHelp("Stop after this many steps in place of the spec's.", valueName: "count"))
  var steps: Int?

  @Option(help: ArgumentHelp("Write the parameters here.", valueName: "file.safetensors"))
  var save: String?

  @Option(help: ArgumentHelp("Write step, loss, rate and gradient norm of every step here.", valueName: "file.csv"))
  var log: String?

  @Option(help: ArgumentHelp("Draw the loss over time.", valueName: "file.svg"))
  var plot: String?

  @Option(help: ArgumentHelp("Save the run here every few seconds.", valueName: "file"))
  var checkpoint: String?

  @Option(help: ArgumentHelp("How often it is saved.", valueName: "seconds"))
  var checkpointEvery = 5.0

  @Option(help: ArgumentHelp("Continue a saved run.", valueName: "file"))
  var resume: String?

  @Option(help: ArgumentHelp("Start from these parameters.", valueName: "file.safetensors"))
  var from: String?

  @Option(help: ArgumentHelp("Only tell what these parameters make of the data.", valueName: "file.safetensors"))
  var evaluate: String?

  @Flag(help: "Tell curvature, sharpness, gradient noise, ranks and alignment of the trained network.")
  var diagnose = false

  @Option(help: ArgumentHelp("Also after every so many steps.", valueName: "steps"))
  var diagnoseEvery: Int?

  @Option(help: ArgumentHelp("Observations that a diagnosis looks at.", valueName: "count"))
  var diagnoseOn = 256

  @Option(help: ArgumentHelp("Write a page with the loss, the result and the diagnosis here.", valueName: "file.html"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Use at most this much memory, such as 800M or 4G; all that is free unless said.", valueName: "size"))
  var memory: String?

  @Option(help: ArgumentHelp("Write this many characters with the trained model (texts).", valueName: "count"))
  var sample = 0

  mutating func validate() throws {
    try OptionRange.whole("--threads", threads, 1...1024)
    try OptionRange.atLeastOne(("--steps", steps), ("--diagnose-every", diagnoseEvery))
    try OptionRange.whole("--sample", sample, 0...1_000_000)
    try OptionRange.seconds("--checkpoint-every", checkpointEvery)
    try OptionRange.whole("--diagnose-on", diagnoseOn, 2...1_000_000)
    if diagnoseEvery != nil { diagnose = true }
    if let memory, MachineMemory.bytes(memory) == nil {
      throw ValidationError("--memory must be a size such as 800M or 4G")
    }
    if from != nil, resume != nil { throw ValidationError("--from begins a training, --resume goes on with one") }
    if evaluate != nil {
      let others = [("--from", from), ("--resume", resume), ("--save", save), ("--checkpoint", checkpoint)]
      if let other = others.first(where: { $0.1 != nil }) {
        throw ValidationError("--evaluate trains nothing: leave \(other.0) out")
      }
    }
  }

  var memoryLimit: Int? { memory.flatMap(MachineMemory.bytes) }

  var diagnosisSettings: DiagnosisSettings { DiagnosisSettings(observations: diagnoseOn) }

  func execute() async throws -> ExitCode {
    var wanted: TrainingSpec
    switch spec {
    case nil, "digits": wanted = TrainingSpec()
    case "sentences": wanted = .sentences
    case let path?: wanted = try TrainingSpec(contentsOf: path)
    }
    if let steps {
      wanted.steps = steps
      // A short run warms up in its first half at most.
      wanted.warmup = min(wanted.warmup, steps / 2)
    }
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let material: TrainingMaterial
    do { material = try TrainingMaterial(wanted, memory: memoryLimit ?? MachineMemory.available) } catch let error
      as LearningDataError
    {
      throw Failure(.unreadable, "\(wanted.data): \(error)")
    }
    if sample > 0, material.alphabet.isEmpty {
      throw Failure(.usage, "--sample goes with texts, not with \(wanted.data)")
    }
    let session = TrainingSession(command: self, spec: wanted, material: material, interruption: interruption)
    return try await run(material.model, session)
  }

  private func run(_ model: some Network, _ session: TrainingSession) async throws -> ExitCode {
    if let path = evaluate { return try session.evaluate(model, path) }
    return try await session.run(model)
  }
}
