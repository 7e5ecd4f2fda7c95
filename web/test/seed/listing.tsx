// The React listing as the original's documentation has it, but for the import's path. It exports nothing.
import {
  useExternalBuy,
  ExternalBuyProgressTracker,
} from "../../src/react/index.js";

function MyComponent() {
  const { startExternalBuy, progress, result, isLoading } =
    useExternalBuy("user123");

  const handleBuy = async () => {
    await startExternalBuy({
      tokenAddress: "ABC123...",
      buyAmount: 0.1,
      walletPrivateKey: "your-private-key",
      slippage: 3,
      priorityFee: 0.002,
    });
  };

  return (
    <div>
      <button onClick={handleBuy} disabled={isLoading}>
        Buy Token
      </button>
      {progress && <ExternalBuyProgressTracker progress={progress} />}
      {result && <div>Result: {result.success ? "Success!" : "Failed"}</div>}
    </div>
  );
}

export { MyComponent };
