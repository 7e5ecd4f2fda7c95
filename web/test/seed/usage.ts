// The original's second listing, within what a hook needs around it.
import { useExternalBuy } from "../../src/react/index.js";

export function useListing() {
const { startExternalBuy, progress, result } = useExternalBuy("user123");

return { progress, result, buy: async () => {
// Start a buy operation
const jobId = await startExternalBuy({
  tokenAddress: "TokenAddress123...",
  buyAmount: 0.5,
  walletPrivateKey: process.env.WALLET_PRIVATE_KEY,
  slippage: 5,
});
return jobId; } };
}
