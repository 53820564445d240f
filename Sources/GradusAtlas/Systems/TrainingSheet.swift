// SPDX-License-Identifier: Apache-2.0

extension AtlasSystem {
  /// The sheet "training": 44 systems.
  static let training = parse(
    sheet: "training",
    #"""
    # Update rules

    Lion by program search
    GradusDiscovery
    Symbolic Discovery of Optimization Algorithms
    evolution over small update-rule programs, and the sign-momentum rule it found

    Lion-𝒦
    GradusFirstOrder
    Lion Secretly Solves Constrained Optimization: As Lyapunov Predicts
    the sign-momentum rule as a constrained method for any convex dual map

    AdaBelief
    GradusFirstOrder
    AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients
    Adam with the variance of the gradient around its own prediction

    AdamP / SGDP
    GradusFirstOrder
    AdamP: Slowing Down the Slowdown for Momentum Optimizers on Scale-invariant Weights
    momentum methods that drop the radial part of a step on scale-free weights

    diffGrad
    GradusFirstOrder
    diffGrad: An Optimization Method for Convolutional Neural Networks
    Adam damped where consecutive gradients hardly differ

    EXAdam
    GradusFirstOrder
    EXAdam: The Power of Adaptive Cross-Moments
    Adam whose two moments correct each other

    Sophia
    GradusFirstOrder
    Sophia: A Scalable Stochastic Second-order Optimizer for Language Model Pre-training
    a clipped diagonal second-order rule with cheap curvature now and then

    SWAN
    GradusFirstOrder
    SWAN: SGD with Normalization and Whitening Enables Stateless LLM Training
    stateless descent on normalized and whitened gradients

    NorMuon
    GradusFirstOrder
    NorMuon: Making Muon more efficient and scalable
    orthogonalized momentum with one adaptive scale per neuron

    8-bit optimizers
    GradusFirstOrder
    8-bit Optimizers via Block-wise Quantization
    optimizer state kept in eight bits, block by block

    M-FAC
    GradusLinearAlgebra
    M-FAC: Efficient Matrix-Free Approximations of Second-Order Information
    products with the inverse Fisher matrix from a window of gradients

    Normalized LR+GD
    GradusFirstOrder
    From Logistic Regression to the Perceptron Algorithm: Exploring Gradient Descent with Large Step Sizes
    logistic regression with huge steps behaving as a perceptron

    Target-based surrogates (SSO)
    GradusFirstOrder
    Target-based Surrogates for Stochastic Optimization
    many cheap parameter steps for each expensive gradient in the output space

    # Schedules, tuning-free training, benchmark protocol

    Schedule refinement
    GradusFirstOrder
    When, Why and How Much? Adaptive Learning Rate Scheduling by Refinement
    a learning-rate schedule recomputed from the gradient norms of an earlier run

    AutoLRS
    GradusStudy
    AutoLRS: Automatic Learning-Rate Schedule by Bayesian Optimization on the Fly
    learning rates chosen stage by stage by a small Bayesian search during training

    Learning-rate-free suite
    GradusFirstOrder
    How far away are truly hyperparameter-free learning algorithms?
    rules that claim to need no learning rate, calibrated over many workloads

    AlgoPerf
    GradusStudy
    Benchmarking Neural Network Training Algorithms
    a fair protocol for training rules: fixed workloads, targets and tuning budgets

    Step Law
    GradusStudy
    Predictable Scale: Part I -- Optimal Hyperparameter Scaling Law in Large Language Model Pretraining
    the fitted law for the best learning rate and batch size by model and data size

    # Learned, nested and in-context optimizers

    Learning to optimize (Open-L2O)
    GradusDiscovery
    Learning to Optimize: A Primer and A Benchmark
    update rules with trained parameters and unrolled solvers, on one benchmark

    Nested learning (delta-rule memory, M3, CMS)
    GradusLearning
    Nested Learning: The Illusion of Deep Learning Architectures
    memories that learn at several frequencies, down to the optimizer itself

    Mesa-optimization
    GradusLearning
    On Mesa-Optimization in Autoregressively Trained Transformers: Emergence and Capability
    linear attention that turns out to run gradient steps on its context

    # Model merging and multi-task models

    FW-Merging
    GradusComposite
    FW-Merging: Scaling Model Merging with Frank-Wolfe Optimization
    model merging as conditional-gradient steps over a pool of fine-tuned models

    Evo-Merging
    GradusBlackBox
    Black-box Model Merging for Language-Model-as-a-Service with Massive Model Repositories
    merging models known only through a service, by evolution of coefficients

    Concrete subspace merging
    GradusBilevel
    Concrete Subspace Learning based Interference Elimination for Multi-task Model Fusion
    a learned common mask under which merged tasks disturb each other less

    UnIVAL
    GradusLearning
    Unified Model for Image, Video, Audio and Language Tasks
    one small model for several modalities and tasks, joined by interpolation

    # Continual learning

    Unified continual learning + refresh
    GradusLearning
    A Unified and General Framework for Continual Learning
    one loss that covers continual-learning methods, and a forgetting step that helps

    Binary-weight variational CL
    GradusLearning
    Statistical mechanics of continual learning: variational principle and mean-field potential
    continual learning of ±1 weights through mean fields

    # Generalization and inductive bias

    RFC / Bonsai
    GradusLearning
    Rich Feature Construction for the Optimization-Generalization Dilemma
    features discovered round after round before a robust training begins

    UDIM
    GradusRobust
    Unknown Domain Inconsistency Minimization for Domain Generalization
    flat minima with respect to imagined unseen domains

    Double descent as optimization
    GradusStudy
    Understanding the Role of Optimization in Double Descent
    the second descent of the test error explained by how well training converged

    Solution-property optimizers
    GradusFirstOrder
    Optimizers Qualitatively Alter Solutions And We Should Leverage This
    choosing the optimizer for what its solutions are like, not only for speed

    Guidance
    GradusLearning
    Training the Untrainable: Introducing Inductive Bias via Representational Alignment
    a network trained by matching the representations of one with the wanted bias

    # Other ways to train

    GBNN
    GradusLearning
    Sequential Training of Neural Networks with Gradient Boosting
    a network grown neuron by neuron by boosting

    Self-supervised dataset distillation (KRR-ST)
    GradusBilevel
    Self-Supervised Dataset Distillation for Transfer Learning
    a tiny synthetic set whose kernel regression transfers like the whole

    # Analysis, attribution, theory-backed diagnostics

    Local function approximation (LFA) explanations
    GradusLearning
    Which Explanation Should I Choose? A Function Approximation Perspective to Characterizing Post Hoc Explanations
    explanation methods as local fits, compared by neighborhood and loss

    EK-FAC influence functions
    GradusLearning
    Studying Large Language Model Generalization with Influence Functions
    which training examples move a prediction, by factored curvature

    Interventional causal graphs
    GradusLearning
    Causal Analysis for Robust Interpretability of Neural Networks
    causal graphs between neurons from interventions on activations

    Near-collapse model
    GradusLearning
    Perturbation Analysis of Neural Collapse
    what training still does to features that have almost collapsed

    Infinitely wide and deep classifiers
    GradusLearning
    Wide and Deep Neural Networks Achieve Optimality for Classification
    the limit kernels of deep networks and the classifiers they become

    GradSign
    GradusStudy
    GradSign: Model Performance Inference with Theoretical Insights
    architectures ranked before training by how per-example gradients agree

    # Applied networks and efficient execution

    NCF / NeuMF
    GradusLearning
    Neural Collaborative Filtering
    recommendation from learned interaction of user and item embeddings

    Learned cost model for tensor programs
    GradusLearning
    ML-driven Hardware Cost Model for MLIR
    hardware cost of a tensor program predicted from its text

    FlashRNN
    GradusTensor
    FlashRNN: Optimizing Traditional RNNs on Modern Hardware
    recurrent layers fused and tiled by a constraint solver

    MoE inference catalogue
    GradusLearning
    A Survey on Inference Optimization Techniques for Mixture of Experts Models
    what speeds up sparse expert models at inference, measured side by side

    """#)
}
